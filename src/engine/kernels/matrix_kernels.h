// The seam between MatMul and the instruction sets: each set fills one MatrixKernels. All sets do
// the same arithmetic in the same order, so that a model gives the same tokens on every machine
// (float layouts excepted, whose lanes differ in number, and BF16 weights where the CPU multiplies
// BF16 itself: their input is then rounded to BF16).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/kernels/panel_format.h"

namespace argosy {

/// A few rows of activations rounded to int8, interleaved by groups of 4 inputs, so that a kernel
/// walks one pointer for all of them. Blocks of 32 have a scale; sums are over rounded values.
struct QuantizedTile {
    int8_t* q = nullptr;          // [blocks][groups][rows][4]
    float* scale = nullptr;       // [blocks][rows]
    int16_t* sum16 = nullptr;     // [blocks][rows][2]: of the first and the last 16
    float* scaled_sum = nullptr;  // [blocks][rows]: scale * (sum of 32)
    int64_t blocks = 0;
    int rows = 0;

    int8_t* Group(int64_t block, int group, int row) const {
        return q + ((block * kGroups + group) * rows + row) * 4;
    }
    int64_t At(int64_t block, int row) const { return block * rows + row; }
};

/// A block of a tile of R rows, where kernels know R: offsets from a row to the next are constants.
template <int R>
struct TileBlock {
    TileBlock(const QuantizedTile& tile, int64_t block)
        : q(tile.q + block * R * kBlock),
          scale(tile.scale + block * R),
          sum16(tile.sum16 + block * R * 2),
          scaled_sum(tile.scaled_sum + block * R) {}
    const int8_t* Four(int group, int row) const { return q + (group * R + row) * 4; }

    const int8_t* q;
    const float* scale;
    const int16_t* sum16;
    const float* scaled_sum;
};

/// One panel times the rows of a tile: y[r][o] for o < outs.
struct PanelTask {
    const std::byte* panel = nullptr;
    QuantizedTile x;
    float* y = nullptr;
    int64_t ldy = 0;
    int outs = kPanel;
};

/// `outs` (1 to kFloatOuts) stored rows times `rows` rows of floats: 1 to the set's float_rows, or
/// where the weights are streamed, to kStreamRows if the set can.
struct FloatTask {
    const std::byte* w = nullptr;
    size_t stride = 0;  // bytes from one stored row to the next
    int64_t in = 0;
    const float* x = nullptr;
    const uint16_t* rounded = nullptr;  // x as BF16, where the set has round_row
    int64_t ldx = 0;                    // elements from one row of x (or rounded) to the next
    int rows = 0;
    float* y = nullptr;
    int64_t ldy = 0;
    int outs = 0;
    bool streams = false;  // all rows of x are here: this is the only time the weights are read
};

inline constexpr int kFloatOuts = 4;
inline constexpr int kStreamRows = 8;

struct MatrixKernels {
    std::string_view name;
    int row_tile = 0;      // rows of a full QuantizedTile
    int float_rows = 0;    // rows of a full FloatTask
    bool streams = false;  // takes FloatTask::streams
    /// x [blocks * 32] into row `row` of the tile.
    void (*quantize_row)(const float* x, const QuantizedTile& tile, int row) = nullptr;
    void (*panel)(WeightLayout layout, const PanelTask& task) = nullptr;
    void (*floats)(WeightLayout layout, const FloatTask& task) = nullptr;
    /// Where set, kBF16 weights take x rounded to BF16 by it.
    void (*round_row)(const float* x, int64_t in, uint16_t* rounded) = nullptr;
};

/// Sets that this CPU can run, best first.
std::span<const MatrixKernels* const> AvailableKernels();
const MatrixKernels& ActiveKernels();

extern const MatrixKernels kPortableKernels;
#if defined(__x86_64__)
extern const MatrixKernels kAvx2Kernels;
extern const MatrixKernels kAvx512VnniKernels;
extern const MatrixKernels kAvx512Bf16Kernels;  // the same, but for BF16 weights
#elif defined(__aarch64__)
extern const MatrixKernels kNeonKernels;
#endif

}  // namespace argosy
