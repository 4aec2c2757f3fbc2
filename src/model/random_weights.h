// Pseudo-random weights that are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/split_mix.h"

namespace argosy {

/// Values that are normal enough for weights: the sum of the four bytes of half a random word,
/// which has mean 510 and deviation 147.8.
inline void FillNormal(uint64_t seed, float mean, float deviation, std::span<float> values) {
    const float scale = deviation / 147.8f;
    uint64_t state = seed, bits = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        bits = i % 2 == 0 ? SplitMix64(state) : bits >> 32;
        const uint64_t pairs = (bits & 0x00ff00ff) + ((bits >> 8) & 0x00ff00ff);
        const auto sum = static_cast<int>((pairs & 0xffff) + ((pairs >> 16) & 0xffff));
        values[i] = mean + scale * static_cast<float>(sum - 510);
    }
}

}  // namespace argosy
