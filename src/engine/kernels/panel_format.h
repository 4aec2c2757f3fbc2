// How quantised weights lie in memory: panels of 8 outputs, in blocks of 32 inputs. In a block,
// bytes go by groups of 4 inputs: output 0's four, output 1's four, ... output 7's four: 32 bytes,
// of which one vector instruction makes 8 dot products (the order of AVX-512's VPDPBUSD).
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/kernels/weight.h"

namespace argosy {

inline constexpr int kPanel = 8;         // outputs
inline constexpr int kBlock = 32;        // inputs
inline constexpr int kSuperBlock = 256;  // inputs that share what K-quants share
inline constexpr int kSubBlocks = kSuperBlock / kBlock;

// Offsets of a block's parts. All F16 and F32 are 8 numbers, one an output.
struct Q8Block {                         // int8[32][8] by groups
    static constexpr size_t kScale = 0;  // F16
    static constexpr size_t kQuants = 16;
    static constexpr size_t kBytes = 16 + 256;
};
struct Q4Block {  // 4 vectors: low nibbles are group g, high ones group g + 4
    static constexpr size_t kScale = 0;  // F16
    static constexpr size_t kQuants = 16;
    static constexpr size_t kBytes = 16 + 128;
};
struct Q4KBlock {  // per 256: F16 d, F16 dmin, then 8 sub-blocks
    static constexpr size_t kScale = 0;
    static constexpr size_t kMin = 16;
    static constexpr size_t kSub = 32;
    static constexpr size_t kSubScale = 0;    // uint8
    static constexpr size_t kSubMin = 8;      // uint8
    static constexpr size_t kSubQuants = 16;  // as Q4
    static constexpr size_t kSubBytes = 16 + 128;
    static constexpr size_t kBytes = kSub + kSubBlocks * kSubBytes;
};
struct Q6KBlock {  // per 256: F16 d, then 8 sub-blocks
    static constexpr size_t kScale = 0;
    static constexpr size_t kSub = 16;
    static constexpr size_t kSubScales = 0;  // int8 pairs: first and last 16 inputs, an output
    static constexpr size_t kSubLow = 16;    // as Q4
    static constexpr size_t kSubHigh = 144;  // 2 vectors: bits 2g, 2g + 1 of vector v: group 4v + g
    static constexpr size_t kSubBytes = 208;
    static constexpr size_t kBytes = kSub + kSubBlocks * kSubBytes;
};
struct Q8MBlock {
    static constexpr size_t kScale = 0;  // F32
    static constexpr size_t kMin = 32;   // F32, added
    static constexpr size_t kQuants = 64;
    static constexpr size_t kBytes = 64 + 256;
};
struct Q8M16Block {                      // scales and minimums for the first and the last 16 inputs
    static constexpr size_t kScale = 0;  // F32, twice 8
    static constexpr size_t kMin = 64;   // F32, twice 8
    static constexpr size_t kQuants = 128;
    static constexpr size_t kBytes = 128 + 256;
};

/// Bytes of a panel of `in` inputs; 0 for the float layouts, which have none.
size_t PanelBytes(WeightLayout layout, int64_t in);

}  // namespace argosy
