// Pseudo-random weights that are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace argosy {

/// SplitMix64 (Steele, Lea, Flood 2014): a step of a counter and a mixing of its bits.
inline uint64_t NextRandom(uint64_t& state) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/// Values that are normal enough for weights: the sum of the four bytes of half a random word,
/// which has mean 510 and deviation 147.8.
inline void FillNormal(uint64_t seed, float mean, float deviation, std::span<float> values) {
    const float scale = deviation / 147.8f;
    uint64_t state = seed, bits = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        bits = i % 2 == 0 ? NextRandom(state) : bits >> 32;
        const uint64_t pairs = (bits & 0x00ff00ff) + ((bits >> 8) & 0x00ff00ff);
        const auto sum = static_cast<int>((pairs & 0xffff) + ((pairs >> 16) & 0xffff));
        values[i] = mean + scale * static_cast<float>(sum - 510);
    }
}

}  // namespace argosy
