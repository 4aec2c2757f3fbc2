// The seam between MatMul and the instruction sets: each set fills one MatrixKernels. All sets do
// the same arithmetic in the same order, so that a model gives the same tokens on every machine
// (float layouts excepted, whose lanes differ in number).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/kernels/panel_format.h"

namespace argosy {

/// Activations rounded to int8, by row. Blocks of 32 have a scale; sums are over rounded values.
struct QuantizedRows {
    int8_t* q = nullptr;          // [rows][in]
    float* scale = nullptr;       // [rows][in / 32]
    int16_t* sum16 = nullptr;     // [rows][in / 16]
    float* scaled_sum = nullptr;  // [rows][in / 32]: scale * (sum of 32)
    int64_t in = 0;

    int64_t blocks() const { return in / kBlock; }
    QuantizedRows Row(int64_t row) const {
        return {q + row * in, scale + row * blocks(), sum16 + row * blocks() * 2,
                scaled_sum + row * blocks(), in};
    }
};

/// One panel times `rows` (1 to kRowTile) rows: y[r][o] for o < outs.
struct PanelTask {
    const std::byte* panel = nullptr;
    QuantizedRows x;
    int rows = 0;
    float* y = nullptr;
    int64_t ldy = 0;
    int outs = kPanel;
};

/// `outs` (1 to kFloatOuts) stored rows times `rows` (1 to kFloatRows) rows of floats.
struct FloatTask {
    const std::byte* w = nullptr;
    size_t stride = 0;  // bytes from one stored row to the next
    int64_t in = 0;
    const float* x = nullptr;
    int64_t ldx = 0;
    int rows = 0;
    float* y = nullptr;
    int64_t ldy = 0;
    int outs = 0;
};

inline constexpr int kRowTile = 4;
inline constexpr int kFloatRows = 3;
inline constexpr int kFloatOuts = 4;

struct MatrixKernels {
    std::string_view name;
    void (*quantize_row)(const float* x, const QuantizedRows& row) = nullptr;
    void (*panel)(WeightLayout layout, const PanelTask& task) = nullptr;
    void (*floats)(WeightLayout layout, const FloatTask& task) = nullptr;
};

/// Sets that this CPU can run, best first.
std::span<const MatrixKernels* const> AvailableKernels();
const MatrixKernels& ActiveKernels();

extern const MatrixKernels kPortableKernels;
#if defined(__x86_64__)
extern const MatrixKernels kAvx2Kernels;
#endif

}  // namespace argosy
