#include "model/scale_search.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/quant_blocks.h"

#ifdef __clang__
#pragma clang fp contract(off)
#endif

namespace argosy {

namespace {

constexpr int kLanes = 8;
using Lanes = std::array<float, kLanes>;

/// The value of largest magnitude, with its sign; 0 for a block of zeros.
float Extreme(std::span<const float> x) {
    float extreme = 0;
    for (float v : x) {
        if (std::fabs(v) > std::fabs(extreme)) extreme = v;
    }
    return extreme;
}

float WeightedSquares(std::span<const float> x, std::span<const float> w) {
    float sum = 0;
    for (size_t i = 0; i < x.size(); ++i) sum += w[i] * x[i] * x[i];
    return sum;
}

struct LinearSums {
    Lanes xq{}, qq{};
};

/// Takes the best lane into `best`: the error left is sum(w x^2) - (sum w x q)^2 / sum(w q^2).
void TakeBest(const LinearSums& sums, float squares, ScaleFit& best) {
    for (int c = 0; c < kLanes; ++c) {
        if (!(sums.qq[c] > 0)) continue;
        const float error = squares - sums.xq[c] * sums.xq[c] / sums.qq[c];
        if (error < best.error) best = {sums.xq[c] / sums.qq[c], error};
    }
}

LinearSums SumRounded(std::span<const float> x, std::span<const float> w, const Lanes& inverse,
                      float low, float high) {
    LinearSums sums;
    for (size_t i = 0; i < x.size(); ++i) {
        for (int c = 0; c < kLanes; ++c) {
            const float q = RoundWithin(x[i] * inverse[c], low, high);
            const float wq = w[i] * q;
            sums.xq[c] += wq * x[i];
            sums.qq[c] += wq * q;
        }
    }
    return sums;
}

struct AffineSums {
    Lanes q{}, qq{}, xq{};
};

AffineSums SumAffine(std::span<const float> x, std::span<const float> w, const Lanes& inverse,
                     float low, float max_level) {
    AffineSums sums;
    for (size_t i = 0; i < x.size(); ++i) {
        const float above = x[i] - low;
        for (int c = 0; c < kLanes; ++c) {
            const float q = RoundWithin(above * inverse[c], 0.0f, max_level);
            const float wq = w[i] * q;
            sums.q[c] += wq;
            sums.qq[c] += wq * q;
            sums.xq[c] += wq * x[i];
        }
    }
    return sums;
}

/// Weighted sums of the block that do not depend on the candidate.
struct BlockSums {
    float w = 0, x = 0, xx = 0;
};

AffineFit SolveAffine(const AffineSums& sums, int c, const BlockSums& block,
                      bool min_not_positive) {
    const float q = sums.q[c], qq = sums.qq[c], xq = sums.xq[c];
    const float determinant = block.w * qq - q * q;
    AffineFit fit;
    if (determinant > 0) {
        fit.scale = (block.w * xq - block.x * q) / determinant;
        fit.min = (qq * block.x - q * xq) / determinant;
    }
    if (!(determinant > 0) || (min_not_positive && fit.min > 0)) {
        fit.min = min_not_positive ? 0.0f : block.x / block.w;
        fit.scale = min_not_positive && qq > 0 ? xq / qq : 0.0f;
    }
    if (fit.scale < 0) fit.scale = 0;
    fit.error = fit.scale * fit.scale * qq + fit.min * fit.min * block.w + block.xx +
                2 * (fit.scale * (fit.min * q - xq) - fit.min * block.x);
    return fit;
}

/// The sixteen levels as steps: level(v) is the first plus every step whose threshold v exceeds.
struct LevelSteps {
    float threshold[15], step[15];
};
constexpr LevelSteps MakeLevelSteps() {
    LevelSteps steps{};
    for (int k = 0; k < 15; ++k) {
        steps.threshold[k] = 0.5f * static_cast<float>(kIQ4NLValues[k] + kIQ4NLValues[k + 1]);
        steps.step[k] = static_cast<float>(kIQ4NLValues[k + 1] - kIQ4NLValues[k]);
    }
    return steps;
}
constexpr LevelSteps kSteps = MakeLevelSteps();

LinearSums SumLevels(std::span<const float> x, std::span<const float> w, const Lanes& inverse) {
    LinearSums sums;
    for (size_t i = 0; i < x.size(); ++i) {
        Lanes level;
        level.fill(kIQ4NLValues[0]);
        for (int k = 0; k < 15; ++k) {
            for (int c = 0; c < kLanes; ++c) {
                level[c] += x[i] * inverse[c] > kSteps.threshold[k] ? kSteps.step[k] : 0.0f;
            }
        }
        for (int c = 0; c < kLanes; ++c) {
            sums.xq[c] += w[i] * level[c] * x[i];
            sums.qq[c] += w[i] * level[c] * level[c];
        }
    }
    return sums;
}

}  // namespace

ScaleFit FitScale(std::span<const float> x, std::span<const float> weights, int levels) {
    const float extreme = Extreme(x), squares = WeightedSquares(x, weights);
    ScaleFit best{0, squares};
    if (std::fabs(extreme) < 1e-30f) return best;
    // The extreme at integers around -levels and around +levels - 1, in steps of a tenth.
    const auto full = static_cast<float>(levels);
    for (const float sign : {-1.0f, 1.0f}) {
        const float middle = sign < 0 ? full : full - 1;
        for (const float first : {-0.8f, 0.0f}) {
            Lanes inverse;
            for (int c = 0; c < kLanes; ++c) {
                inverse[c] = sign * (middle + first + 0.1f * static_cast<float>(c)) / extreme;
            }
            TakeBest(SumRounded(x, weights, inverse, -full, full - 1), squares, best);
        }
    }
    return best;
}

AffineFit FitAffine(std::span<const float> x, std::span<const float> weights, int max_level,
                    bool min_not_positive) {
    float low = *std::ranges::min_element(x), high = *std::ranges::max_element(x);
    if (min_not_positive) low = std::min(low, 0.0f);
    BlockSums block;
    for (size_t i = 0; i < x.size(); ++i) {
        block.w += weights[i];
        block.x += weights[i] * x[i];
        block.xx += weights[i] * x[i] * x[i];
    }
    if (!(high - low > 1e-30f)) return {0, low, 0};
    AffineFit best = SolveAffine({}, 0, block, min_not_positive);
    const auto full = static_cast<float>(max_level);
    for (int group = 0; group < 3; ++group) {
        Lanes inverse;
        for (int c = 0; c < kLanes; ++c) {
            const float levels = full - 1.0f + 0.1f * static_cast<float>(kLanes * group + c);
            inverse[c] = levels / (high - low);
        }
        const AffineSums sums = SumAffine(x, weights, inverse, low, full);
        for (int c = 0; c < kLanes; ++c) {
            const AffineFit fit = SolveAffine(sums, c, block, min_not_positive);
            if (fit.error < best.error) best = fit;
        }
    }
    return best;
}

ScaleFit FitIQ4NL(std::span<const float> x, std::span<const float> weights) {
    const float extreme = Extreme(x), squares = WeightedSquares(x, weights);
    ScaleFit best{0, squares};
    if (std::fabs(extreme) < 1e-30f) return best;
    for (const float end : {-127.0f, 113.0f}) {
        for (const float first : {0.86f, 1.02f}) {
            Lanes inverse;
            for (int c = 0; c < kLanes; ++c) {
                inverse[c] = end * (first + 0.02f * static_cast<float>(c)) / extreme;
            }
            TakeBest(SumLevels(x, weights, inverse), squares, best);
        }
    }
    return best;
}

int NearestIQ4NL(float value) {
    int index = 0;
    for (const float threshold : kSteps.threshold) index += value > threshold ? 1 : 0;
    return index;
}

}  // namespace argosy
