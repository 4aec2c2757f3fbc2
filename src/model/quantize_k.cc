// Super-blocks of 256: Q2_K to Q6_K. A scale (and minimum) a sub-block by weighted least squares,
// those in turn rounded to the integers that the format has for them, then the elements rounded at
// what was stored, and last the super-block's own scales fitted once more to those integers.
#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "model/half.h"
#include "model/quant_blocks.h"
#include "model/quantize_blocks.h"
#include "model/scale_search.h"

#ifdef __clang__
#pragma clang fp contract(off)
#endif

namespace argosy {

namespace {

constexpr int kSuper = 256;
constexpr int kRefits = 2;  // a third gains nothing that shows

float ToFloat(int value) { return static_cast<float>(value); }
float Inverse(float d) { return d == 0 ? 0.0f : 1 / d; }

// How much an element's error counts. Large weights matter more: their inputs' products do.
enum class Weighting { kMagnitude, kMagnitudeAndRms, kSquare };

void Weigh(const float* x, int count, Weighting how, float* weights) {
    float squares = 0;
    for (int j = 0; j < count; ++j) squares += x[j] * x[j];
    const float rms = std::sqrt(squares / ToFloat(count));
    for (int j = 0; j < count; ++j) {
        switch (how) {
            case Weighting::kMagnitude:
                weights[j] = std::fabs(x[j]);
                break;
            case Weighting::kMagnitudeAndRms:
                weights[j] = rms + std::fabs(x[j]);
                break;
            case Weighting::kSquare:
                weights[j] = x[j] * x[j];
                break;
        }
    }
}

/// x ~ d * scale[s] * q - dmin * min[s], with every part an integer but d and dmin.
template <int kSubBlocks>
struct AffineSuper {
    static constexpr int kSize = kSuper / kSubBlocks;
    uint16_t d = 0, dmin = 0;
    std::array<uint8_t, kSubBlocks> scales{}, mins{};
    std::array<uint8_t, kSuper> q{};
    std::array<float, kSuper> weights{};

    void RoundElements(const float* x, int max_level) {
        const float d_value = HalfToFloat(d), dmin_value = HalfToFloat(dmin);
        for (int s = 0; s < kSubBlocks; ++s) {
            const float inverse = Inverse(d_value * ToFloat(scales[s]));
            const float min = dmin_value * ToFloat(mins[s]);
            for (int j = s * kSize; j < (s + 1) * kSize; ++j) {
                const float level = RoundWithin((x[j] + min) * inverse, 0.0f, ToFloat(max_level));
                q[j] = static_cast<uint8_t>(level);
            }
        }
    }

    float Error(const float* x) const {
        const float d_value = HalfToFloat(d), dmin_value = HalfToFloat(dmin);
        float sum = 0;
        for (int s = 0; s < kSubBlocks; ++s) {
            const float scale = d_value * ToFloat(scales[s]), min = dmin_value * ToFloat(mins[s]);
            for (int j = s * kSize; j < (s + 1) * kSize; ++j) {
                const float off = scale * ToFloat(q[j]) - min - x[j];
                sum += weights[j] * off * off;
            }
        }
        return sum;
    }

    /// d and dmin again by least squares over the whole super-block, the integers being given.
    void RefitScales(const float* x) {
        float aa = 0, ab = 0, bb = 0, xa = 0, xb = 0;
        for (int j = 0; j < kSuper; ++j) {
            const float a = ToFloat(scales[j / kSize] * q[j]), b = -ToFloat(mins[j / kSize]);
            const float wa = weights[j] * a, wb = weights[j] * b;
            aa += wa * a;
            ab += wa * b;
            bb += wb * b;
            xa += wa * x[j];
            xb += wb * x[j];
        }
        const float determinant = aa * bb - ab * ab;
        if (determinant > 1e-6f * aa * bb) {
            d = FloatToHalfScale(std::max(0.0f, (xa * bb - xb * ab) / determinant));
            dmin = FloatToHalfScale(std::max(0.0f, (xb * aa - xa * ab) / determinant));
        } else if (aa > 0 && bb == 0) {
            d = FloatToHalfScale(std::max(0.0f, xa / aa));
        }
    }
};

template <int kSubBlocks>
AffineSuper<kSubBlocks> QuantizeAffineSuper(const float* x, int max_level, int max_scale,
                                            Weighting how) {
    constexpr int kSize = kSuper / kSubBlocks;
    AffineSuper<kSubBlocks> super;
    float scales[kSubBlocks], mins[kSubBlocks];
    for (int s = 0; s < kSubBlocks; ++s) {
        float* weights = super.weights.data() + s * kSize;
        Weigh(x + s * kSize, kSize, how, weights);
        const AffineFit fit = FitAffine({x + s * kSize, kSize}, {weights, kSize}, max_level, true);
        scales[s] = fit.scale;
        mins[s] = -fit.min;
    }
    const float largest_scale = *std::max_element(scales, scales + kSubBlocks);
    const float largest_min = *std::max_element(mins, mins + kSubBlocks);
    super.d = FloatToHalfScale(largest_scale / ToFloat(max_scale));
    super.dmin = FloatToHalfScale(largest_min / ToFloat(max_scale));
    const float inverse_d = Inverse(HalfToFloat(super.d));
    const float inverse_dmin = Inverse(HalfToFloat(super.dmin));
    for (int s = 0; s < kSubBlocks; ++s) {
        const float limit = ToFloat(max_scale);
        super.scales[s] = static_cast<uint8_t>(RoundWithin(scales[s] * inverse_d, 0, limit));
        super.mins[s] = static_cast<uint8_t>(RoundWithin(mins[s] * inverse_dmin, 0, limit));
    }
    super.RoundElements(x, max_level);
    for (int round = 0; round < kRefits; ++round) {
        AffineSuper<kSubBlocks> refined = super;
        refined.RefitScales(x);
        refined.RoundElements(x, max_level);
        if (!(refined.Error(x) < super.Error(x))) break;
        super = refined;
    }
    return super;
}

/// Inverse of UnpackScaleMin.
void PackScaleMins(const std::array<uint8_t, 8>& scales, const std::array<uint8_t, 8>& mins,
                   uint8_t* packed) {
    for (int j = 0; j < 4; ++j) {
        packed[j] = static_cast<uint8_t>(scales[j] | ((scales[j + 4] >> 4) << 6));
        packed[j + 4] = static_cast<uint8_t>(mins[j] | ((mins[j + 4] >> 4) << 6));
        packed[j + 8] = static_cast<uint8_t>((scales[j + 4] & 15) | ((mins[j + 4] & 15) << 4));
    }
}

/// Low four bits of 256 numbers as Q4_K and Q5_K have them.
void PackLowNibbles(const uint8_t* q, uint8_t* qs) {
    for (int group = 0; group < 4; ++group) {
        for (int l = 0; l < 32; ++l) {
            const uint8_t* pair = q + 64 * group + l;
            qs[32 * group + l] = static_cast<uint8_t>((pair[0] & 15) | ((pair[32] & 15) << 4));
        }
    }
}

/// Two bits of each of 256 numbers, as Q2_K and Q3_K have them.
void PackTwoBits(const uint8_t* q, uint8_t* qs) {
    for (int group = 0; group < 2; ++group) {
        for (int l = 0; l < 32; ++l) {
            const uint8_t* p = q + 128 * group + l;
            qs[32 * group + l] = static_cast<uint8_t>((p[0] & 3) | ((p[32] & 3) << 2) |
                                                      ((p[64] & 3) << 4) | ((p[96] & 3) << 6));
        }
    }
}

/// x ~ d * scale[s] * q for sixteen sub-blocks of 16; q in [-levels, levels - 1], scales in
/// [-max_scale, max_scale - 1].
struct SymmetricSuper {
    uint16_t d = 0;
    std::array<int8_t, 16> scales{};
    std::array<int8_t, kSuper> q{};
    std::array<float, kSuper> weights{};

    void RoundElements(const float* x, int levels) {
        for (int s = 0; s < 16; ++s) {
            const float inverse = Inverse(HalfToFloat(d) * ToFloat(scales[s]));
            for (int j = 16 * s; j < 16 * s + 16; ++j) {
                const float level =
                    RoundWithin(x[j] * inverse, ToFloat(-levels), ToFloat(levels - 1));
                q[j] = static_cast<int8_t>(level);
            }
        }
    }
    float Error(const float* x) const {
        float sum = 0;
        for (int j = 0; j < kSuper; ++j) {
            const float off = HalfToFloat(d) * ToFloat(scales[j / 16]) * ToFloat(q[j]) - x[j];
            sum += weights[j] * off * off;
        }
        return sum;
    }
    void RefitScale(const float* x) {
        float aa = 0, xa = 0;
        for (int j = 0; j < kSuper; ++j) {
            const float a = ToFloat(scales[j / 16] * q[j]);
            aa += weights[j] * a * a;
            xa += weights[j] * a * x[j];
        }
        if (aa > 0) d = FloatToHalfScale(xa / aa);
    }
};

SymmetricSuper QuantizeSymmetricSuper(const float* x, int levels, int max_scale, Weighting how) {
    SymmetricSuper super;
    float scales[16], extreme = 0;
    for (int s = 0; s < 16; ++s) {
        float* weights = super.weights.data() + 16 * s;
        Weigh(x + 16 * s, 16, how, weights);
        scales[s] = FitScale({x + 16 * s, 16}, {weights, 16}, levels).scale;
        if (std::fabs(scales[s]) > std::fabs(extreme)) extreme = scales[s];
    }
    // The extreme scale gets the lowest integer: there is one more below zero than above.
    super.d = FloatToHalfScale(extreme / ToFloat(-max_scale));
    const float inverse = Inverse(HalfToFloat(super.d));
    for (int s = 0; s < 16; ++s) {
        super.scales[s] = static_cast<int8_t>(
            RoundWithin(scales[s] * inverse, ToFloat(-max_scale), ToFloat(max_scale - 1)));
    }
    super.RoundElements(x, levels);
    for (int round = 0; round < kRefits; ++round) {
        SymmetricSuper refined = super;
        refined.RefitScale(x);
        refined.RoundElements(x, levels);
        if (!(refined.Error(x) < super.Error(x))) break;
        super = refined;
    }
    return super;
}

}  // namespace

void QuantizeBlock(const float* x, BlockQ2_K& block) {
    const auto super = QuantizeAffineSuper<16>(x, 3, 15, Weighting::kMagnitude);
    block.d = super.d;
    block.dmin = super.dmin;
    for (int s = 0; s < 16; ++s) {
        block.scales[s] = static_cast<uint8_t>(super.scales[s] | (super.mins[s] << 4));
    }
    PackTwoBits(super.q.data(), block.qs);
}

void QuantizeBlock(const float* x, BlockQ3_K& block) {
    const SymmetricSuper super = QuantizeSymmetricSuper(x, 4, 32, Weighting::kMagnitudeAndRms);
    block = {};
    block.d = super.d;
    for (int s = 0; s < 16; ++s) {
        const int scale = super.scales[s] + 32;
        uint8_t& low = block.scales[s % 8];
        low = static_cast<uint8_t>(low | ((scale & 15) << (4 * (s / 8))));
        uint8_t& high = block.scales[8 + s % 4];
        high = static_cast<uint8_t>(high | ((scale >> 4) << (2 * (s / 4))));
    }
    uint8_t q[kSuper];
    for (int j = 0; j < kSuper; ++j) {
        q[j] = static_cast<uint8_t>(super.q[j] + 4);
        uint8_t& mask = block.hmask[j % 32];
        mask = static_cast<uint8_t>(mask | ((q[j] >> 2) << (j / 32)));
    }
    PackTwoBits(q, block.qs);
}

void QuantizeBlock(const float* x, BlockQ4_K& block) {
    const auto super = QuantizeAffineSuper<8>(x, 15, 63, Weighting::kMagnitudeAndRms);
    block.d = super.d;
    block.dmin = super.dmin;
    PackScaleMins(super.scales, super.mins, block.scales);
    PackLowNibbles(super.q.data(), block.qs);
}

void QuantizeBlock(const float* x, BlockQ5_K& block) {
    const auto super = QuantizeAffineSuper<8>(x, 31, 63, Weighting::kMagnitudeAndRms);
    block.d = super.d;
    block.dmin = super.dmin;
    PackScaleMins(super.scales, super.mins, block.scales);
    PackLowNibbles(super.q.data(), block.qs);
    for (int l = 0; l < 32; ++l) {
        int bits = 0;
        for (int k = 0; k < 8; ++k) bits |= (super.q[32 * k + l] >> 4) << k;
        block.qh[l] = static_cast<uint8_t>(bits);
    }
}

void QuantizeBlock(const float* x, BlockQ6_K& block) {
    const SymmetricSuper super = QuantizeSymmetricSuper(x, 32, 128, Weighting::kSquare);
    block = {};
    block.d = super.d;
    std::ranges::copy(super.scales, block.scales);
    for (int j = 0; j < kSuper; ++j) {
        const int q = super.q[j] + 32, group = j / 128, part = j / 32 % 4, l = j % 32;
        uint8_t& low = block.ql[64 * group + 32 * (part % 2) + l];
        low = static_cast<uint8_t>(low | ((q & 15) << (4 * (part / 2))));
        uint8_t& high = block.qh[32 * group + l];
        high = static_cast<uint8_t>(high | ((q >> 4) << (2 * part)));
    }
}

}  // namespace argosy
