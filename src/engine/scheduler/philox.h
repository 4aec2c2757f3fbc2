// Philox4x32-10, a counter-based random generator (Salmon et al., "Parallel Random Numbers: As
// Easy as 1, 2, 3", SC 2011): a number is a pure function of (seed, choice, token index), so a
// request draws the same numbers whatever else is in the batch, and again after a preemption.
#pragma once

#include <array>
#include <cstdint>

namespace argosy {

/// Four 32-bit words for a 64-bit key and a 128-bit counter.
inline std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, uint64_t key) {
    auto k0 = static_cast<uint32_t>(key);
    auto k1 = static_cast<uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        uint64_t a = uint64_t{0xD2511F53U} * counter[0];
        uint64_t b = uint64_t{0xCD9E8D57U} * counter[2];
        counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ k0, static_cast<uint32_t>(b),
                   static_cast<uint32_t>(a >> 32) ^ counter[3] ^ k1, static_cast<uint32_t>(a)};
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    return counter;
}

/// A double in [0, 1) with 53 random bits for one token of one choice.
inline double UniformAt(uint64_t seed, int32_t choice, int64_t index) {
    auto words = Philox(
        {static_cast<uint32_t>(index), static_cast<uint32_t>(static_cast<uint64_t>(index) >> 32),
         static_cast<uint32_t>(choice), 0},
        seed);
    uint64_t bits = (uint64_t{words[0]} << 32) | words[1];
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace argosy
