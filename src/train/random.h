// Seeds and fingerprints that are a function of where they are used, equal on every machine.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/split_mix.h"

namespace argosy::train {

/// A seed for one purpose out of a seed and a number.
inline uint64_t MixSeed(uint64_t seed, uint64_t number) {
    uint64_t state = seed ^ (number * 0xd1342543de82ef95);
    SplitMix64(state);
    return SplitMix64(state);
}

/// FNV-1a of bytes, going on from `hash`.
inline uint64_t HashBytes(std::string_view bytes, uint64_t hash = 0xcbf29ce484222325) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

}  // namespace argosy::train
