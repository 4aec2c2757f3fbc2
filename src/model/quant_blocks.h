// The bytes of one block of each quantised format, as ggml's format lays them out. `d`, `m` and
// `dmin` are binary16 bits (half.h). In the formats of 32 elements, byte j of `qs` has element j in
// its low and element j + 16 in its high nibble.
#pragma once

#include <cstdint>

namespace argosy {

struct BlockQ8_0 {  // x = d * qs
    uint16_t d;
    int8_t qs[32];
};
struct BlockQ4_0 {  // x = d * (q - 8)
    uint16_t d;
    uint8_t qs[16];
};
struct BlockQ4_1 {  // x = d * q + m
    uint16_t d, m;
    uint8_t qs[16];
};
struct BlockQ5_0 {  // x = d * (q - 16); bit j of qh is the fifth bit of element j
    uint16_t d;
    uint8_t qh[4];
    uint8_t qs[16];
};
struct BlockQ5_1 {  // x = d * q + m
    uint16_t d, m;
    uint8_t qh[4];
    uint8_t qs[16];
};
struct BlockIQ4_NL {  // x = d * kIQ4NLValues[q]
    uint16_t d;
    uint8_t qs[16];
};

// Super-blocks of 256 elements. Two-bit fields: byte l of a group of 32 bytes has the elements
// l, l + 32, l + 64 and l + 96 of the 128 that the group covers.
struct BlockQ2_K {  // 16 sub-blocks of 16: x = d * (scale & 15) * q - dmin * (scale >> 4)
    uint8_t scales[16];
    uint8_t qs[64];
    uint16_t d, dmin;
};
struct BlockQ3_K {      // 16 sub-blocks of 16: x = d * (scale - 32) * (q - (hmask bit ? 0 : 4))
    uint8_t hmask[32];  // bit k of byte l: element l + 32 k
    uint8_t qs[64];
    uint8_t scales[12];  // 6 bits each
    uint16_t d;
};
struct BlockQ4_K {  // 8 sub-blocks of 32: x = d * scale * q - dmin * min
    uint16_t d, dmin;
    uint8_t scales[12];  // 6-bit scales and minima
    uint8_t qs[128];     // byte l of group g: elements 64 g + l (low), 64 g + 32 + l (high)
};
struct BlockQ5_K {
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t qh[32];  // bit k of byte l: fifth bit of element l + 32 k
    uint8_t qs[128];
};
struct BlockQ6_K {  // 16 sub-blocks of 16: x = d * scale * (q - 32)
    uint8_t ql[128];
    uint8_t qh[64];
    int8_t scales[16];
    uint16_t d;
};

static_assert(sizeof(BlockQ8_0) == 34 && sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20);
static_assert(sizeof(BlockQ5_0) == 22 && sizeof(BlockQ5_1) == 24 && sizeof(BlockIQ4_NL) == 18);
static_assert(sizeof(BlockQ2_K) == 84 && sizeof(BlockQ3_K) == 110 && sizeof(BlockQ4_K) == 144);
static_assert(sizeof(BlockQ5_K) == 176 && sizeof(BlockQ6_K) == 210);

/// The sixteen levels of IQ4_NL.
inline constexpr int8_t kIQ4NLValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                            1,    13,   25,  38,  53,  69,  89,  113};

/// Scale and minimum (0 to 63) of sub-block `j` of Q4_K and Q5_K from their 12 packed bytes.
inline void UnpackScaleMin(const uint8_t* packed, int j, uint8_t& scale, uint8_t& min) {
    if (j < 4) {
        scale = packed[j] & 63;
        min = packed[j + 4] & 63;
    } else {
        scale = static_cast<uint8_t>((packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4));
        min = static_cast<uint8_t>((packed[j + 4] >> 4) | ((packed[j] >> 6) << 4));
    }
}
/// Scale (0 to 63, to be read less 32) of sub-block `j` of Q3_K from its 12 packed bytes.
inline uint8_t UnpackQ3Scale(const uint8_t* packed, int j) {
    const int low = j < 8 ? packed[j] & 15 : packed[j - 8] >> 4;
    const int high = (packed[8 + j % 4] >> (2 * (j / 4))) & 3;
    return static_cast<uint8_t>(low | (high << 4));
}

}  // namespace argosy
