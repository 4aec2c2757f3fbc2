// Random numbers that are a function of where they are used, equal on every machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace argosy::train {

/// SplitMix64 (Steele, Lea, Flood 2014).
inline uint64_t NextRandom(uint64_t& state) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/// A seed for one purpose out of a seed and a number.
inline uint64_t MixSeed(uint64_t seed, uint64_t number) {
    uint64_t state = seed ^ (number * 0xd1342543de82ef95);
    NextRandom(state);
    return NextRandom(state);
}

/// FNV-1a of bytes, going on from `hash`.
inline uint64_t HashBytes(std::string_view bytes, uint64_t hash = 0xcbf29ce484222325) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

}  // namespace argosy::train
