// Blocks of 32: Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL. Q8_0 is the reference's bytes exactly; the
// others search the scale for the least plain squared error.
#include <algorithm>
#include <array>
#include <cmath>

#include "model/half.h"
#include "model/quant_blocks.h"
#include "model/quantize_blocks.h"
#include "model/scale_search.h"

#ifdef __clang__
#pragma clang fp contract(off)
#endif

namespace argosy {

namespace {

constexpr std::array<float, 32> MakeOnes() {
    std::array<float, 32> ones{};
    for (float& v : ones) v = 1;
    return ones;
}
constexpr std::array<float, 32> kOnes = MakeOnes();

/// 0 for scales so small that binary16 has 0 for them, and the inverse would be infinite.
float Inverse(float d) { return std::fabs(d) < 1e-38f ? 0.0f : 1 / d; }

/// Integers in [low, high] of the values at 1 / scale, less `low`.
void RoundAll(const float* x, float offset, float inverse, int low, int high, uint8_t* q) {
    for (int j = 0; j < 32; ++j) {
        const float level = RoundWithin((x[j] - offset) * inverse, static_cast<float>(low),
                                        static_cast<float>(high));
        q[j] = static_cast<uint8_t>(static_cast<int>(level) - low);
    }
}

void PackNibbles(const uint8_t* q, uint8_t* qs) {
    for (int j = 0; j < 16; ++j) {
        qs[j] = static_cast<uint8_t>((q[j] & 15) | ((q[j + 16] & 15) << 4));
    }
}

void PackFifthBits(const uint8_t* q, uint8_t* qh) {
    for (int i = 0; i < 4; ++i) {
        int bits = 0;
        for (int k = 0; k < 8; ++k) bits |= (q[8 * i + k] >> 4) << k;
        qh[i] = static_cast<uint8_t>(bits);
    }
}

/// Scale of a symmetric format as it is stored, and the integers at it.
uint16_t QuantizeSymmetric(const float* x, int levels, uint8_t* q) {
    const uint16_t d = FloatToHalfScale(FitScale({x, 32}, kOnes, levels).scale);
    RoundAll(x, 0, Inverse(HalfToFloat(d)), -levels, levels - 1, q);
    return d;
}

/// The same with a minimum.
void QuantizeAffine(const float* x, int max_level, uint16_t& d, uint16_t& m, uint8_t* q) {
    const AffineFit fit = FitAffine({x, 32}, kOnes, max_level, false);
    d = FloatToHalfScale(fit.scale);
    m = FloatToHalfScale(fit.min);
    RoundAll(x, HalfToFloat(m), Inverse(HalfToFloat(d)), 0, max_level, q);
}

}  // namespace

void QuantizeBlock(const float* x, BlockQ8_0& block) {
    float largest = 0;
    for (int j = 0; j < 32; ++j) largest = std::max(largest, std::fabs(x[j]));
    const float d = largest / 127, inverse = Inverse(d);
    block.d = FloatToHalfScale(d);
    for (int j = 0; j < 32; ++j) {
        const float v = x[j] * inverse;
        const float magnitude = std::fabs(v);
        int whole = static_cast<int>(magnitude);
        if (magnitude - static_cast<float>(whole) >= 0.5f) ++whole;
        block.qs[j] = static_cast<int8_t>(v < 0 ? -whole : whole);
    }
}

void QuantizeBlock(const float* x, BlockQ4_0& block) {
    uint8_t q[32];
    block.d = QuantizeSymmetric(x, 8, q);
    PackNibbles(q, block.qs);
}

void QuantizeBlock(const float* x, BlockQ5_0& block) {
    uint8_t q[32];
    block.d = QuantizeSymmetric(x, 16, q);
    PackNibbles(q, block.qs);
    PackFifthBits(q, block.qh);
}

void QuantizeBlock(const float* x, BlockQ4_1& block) {
    uint8_t q[32];
    QuantizeAffine(x, 15, block.d, block.m, q);
    PackNibbles(q, block.qs);
}

void QuantizeBlock(const float* x, BlockQ5_1& block) {
    uint8_t q[32];
    QuantizeAffine(x, 31, block.d, block.m, q);
    PackNibbles(q, block.qs);
    PackFifthBits(q, block.qh);
}

void QuantizeBlock(const float* x, BlockIQ4_NL& block) {
    block.d = FloatToHalfScale(FitIQ4NL({x, 32}, kOnes).scale);
    const float inverse = Inverse(HalfToFloat(block.d));
    uint8_t q[32];
    for (int j = 0; j < 32; ++j) q[j] = static_cast<uint8_t>(NearestIQ4NL(x[j] * inverse));
    PackNibbles(q, block.qs);
}

}  // namespace argosy
