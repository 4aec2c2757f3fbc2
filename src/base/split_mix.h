// Random numbers that are the same on every machine and compiler.
#pragma once

#include <cstdint>

namespace argosy {

/// SplitMix64 (Steele, Lea, Flood 2014): a step of a counter and a mixing of its bits.
inline uint64_t SplitMix64(uint64_t& state) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

}  // namespace argosy
