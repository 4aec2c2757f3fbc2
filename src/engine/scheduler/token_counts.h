// How often each token occurred in one choice, for the penalties. A small open-addressing table:
// a dense one over the vocabulary would cost 600 KB a sequence.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/sampling_params.h"
#include "model/tokenizer.h"

namespace argosy {

/// Whether the parameters need counts at all.
bool UsesPenalties(const SamplingParams& params);

class TokenCounts {
  public:
    /// Starts with the prompt's tokens: they weigh for repetition, not for presence and frequency.
    explicit TokenCounts(std::span<const TokenId> prompt);
    void AddOutput(TokenId token);
    /// Repetition as in CTRL (divides a positive logit, multiplies a negative one), then frequency
    /// times the count, then presence.
    void Penalise(const SamplingParams& params, std::span<float> row) const;

  private:
    struct Slot {
        TokenId token = -1;  // -1: empty
        int32_t outputs = 0;
    };
    Slot& Find(TokenId token);
    void Grow();

    std::vector<Slot> slots_;  // a power of two, at most half full
    size_t filled_ = 0;
};

}  // namespace argosy
