// Vectors of embedding models, brought to length 1.
#pragma once

#include <cmath>
#include <span>

namespace argosy::serve {

/// A vector of zeros stays one.
inline void MakeUnitLength(std::span<float> vector) {
    double sum = 0;
    for (const float x : vector) sum += double{x} * double{x};
    if (sum <= 0) return;
    const auto scale = static_cast<float>(1 / std::sqrt(sum));
    for (float& x : vector) x *= scale;
}

}  // namespace argosy::serve
