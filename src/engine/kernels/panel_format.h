// How quantised weights lie in memory: panels of 16 outputs, in blocks of 32 inputs. In a block,
// bytes go by groups of 4 inputs: output 0's four, output 1's four, ... output 15's four: a vector
// of 64 bytes, of which one AVX-512 VPDPBUSD makes 16 dot products (AVX2 takes it as two halves).
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/kernels/weight.h"

namespace argosy {

inline constexpr int kPanel = 16;           // outputs
inline constexpr int kBlock = 32;           // inputs
inline constexpr int kGroups = kBlock / 4;  // of 4 inputs, in a block
inline constexpr int kSuperBlock = 256;     // inputs that share what K-quants share
inline constexpr int kSubBlocks = kSuperBlock / kBlock;
inline constexpr size_t kGroupBytes = 4 * kPanel;  // a vector: 4 inputs of each output
inline constexpr size_t kHalves = 2 * kPanel;      // bytes of an F16 for each output
inline constexpr size_t kFloats = 4 * kPanel;      // bytes of an F32 for each output

// Offsets of a block's parts. Each F16, F32 and integer scale is 16 numbers, one an output.
struct Q8Block {                         // int8[32][16] by groups
    static constexpr size_t kScale = 0;  // F16
    static constexpr size_t kQuants = kHalves;
    static constexpr size_t kBytes = kQuants + 8 * kGroupBytes;
};
struct Q4Block {  // 4 vectors: low nibbles are group g, high ones group g + 4
    static constexpr size_t kScale = 0;  // F16
    static constexpr size_t kQuants = kHalves;
    static constexpr size_t kBytes = kQuants + 4 * kGroupBytes;
};
struct Q4KBlock {  // per 256: F16 d, F16 dmin, then 8 sub-blocks
    static constexpr size_t kScale = 0;
    static constexpr size_t kMin = kHalves;
    static constexpr size_t kSub = 2 * kHalves;
    static constexpr size_t kSubScale = 0;            // uint8
    static constexpr size_t kSubMin = kPanel;         // uint8
    static constexpr size_t kSubQuants = 2 * kPanel;  // as Q4
    static constexpr size_t kSubBytes = kSubQuants + 4 * kGroupBytes;
    static constexpr size_t kBytes = kSub + kSubBlocks * kSubBytes;
};
struct Q6KBlock {  // per 256: F16 d, then 8 sub-blocks
    static constexpr size_t kScale = 0;
    static constexpr size_t kSub = kHalves;
    static constexpr size_t kSubScales = 0;  // int8 pairs: first and last 16 inputs, an output
    static constexpr size_t kSubLow = 2 * kPanel;  // as Q4
    // 2 vectors: bits 2g, 2g + 1 of vector v: group 4v + g
    static constexpr size_t kSubHigh = kSubLow + 4 * kGroupBytes;
    static constexpr size_t kSubBytes = kSubHigh + 2 * kGroupBytes;
    static constexpr size_t kBytes = kSub + kSubBlocks * kSubBytes;
};
struct Q8MBlock {
    static constexpr size_t kScale = 0;      // F32
    static constexpr size_t kMin = kFloats;  // F32, added
    static constexpr size_t kQuants = 2 * kFloats;
    static constexpr size_t kBytes = kQuants + 8 * kGroupBytes;
};
struct Q8M16Block {                      // scales and minimums for the first and the last 16 inputs
    static constexpr size_t kScale = 0;  // F32, twice 16
    static constexpr size_t kMin = 2 * kFloats;  // F32, twice 16
    static constexpr size_t kQuants = 4 * kFloats;
    static constexpr size_t kBytes = kQuants + 8 * kGroupBytes;
};

/// Bytes of a panel of `in` inputs; 0 for the float layouts, which have none.
size_t PanelBytes(WeightLayout layout, int64_t in);

}  // namespace argosy
