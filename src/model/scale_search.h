// The search for a block's scale: many candidates are tried, each gets its least-squares optimum,
// the one with the least weighted error wins. Candidates are independent, so the inner loops run
// over candidates and vectorise without reordering a sum: the same result on every machine.
//
// Method: for given integers q the scale d that minimises sum w (x - d q)^2 is sum(w x q) /
// sum(w q^2), and the error it leaves sum(w x^2) - sum(w x q)^2 / sum(w q^2); with an offset it is
// the usual 2 x 2 system (llama.cpp pull request 1684, "k-quants", describes the use of it).
#pragma once

#include <span>

namespace argosy {

struct ScaleFit {
    float scale = 0;  // x ~ scale * q
    float error = 0;  // weighted, squared
};
/// Best scale for integers in [-levels, levels - 1]. May be negative: the largest magnitude then
/// gets the lowest integer, of which there is one more.
ScaleFit FitScale(std::span<const float> x, std::span<const float> weights, int levels);

struct AffineFit {
    float scale = 0;  // x ~ scale * q + min
    float min = 0;
    float error = 0;
};
/// Best scale >= 0 and minimum for integers in [0, max_level]; with `min_not_positive`, min <= 0.
AffineFit FitAffine(std::span<const float> x, std::span<const float> weights, int max_level,
                    bool min_not_positive);

/// Best scale for the sixteen levels of IQ4_NL.
ScaleFit FitIQ4NL(std::span<const float> x, std::span<const float> weights);

/// To nearest, ties to even, for magnitudes below 2^22; plain arithmetic, so it vectorises.
inline float RoundNearest(float value) { return (value + 12582912.0f) - 12582912.0f; }

/// RoundNearest, held within [low, high].
inline float RoundWithin(float value, float low, float high) {
    value = value > low ? value : low;  // a NaN becomes `low`
    value = value < high ? value : high;
    return RoundNearest(value);
}

/// The index of the IQ4_NL level nearest to `value`.
int NearestIQ4NL(float value);

}  // namespace argosy
