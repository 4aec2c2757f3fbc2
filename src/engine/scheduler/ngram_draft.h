// Prompt look-up: the tokens that followed the same words earlier in the same sequence are a good
// guess of what follows now (code edits, summaries, quotes). Costs no model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/tokenizer.h"

namespace argosy {

/// An index of one sequence's token pairs, extended as it grows. Bounded by its length.
class NgramDraft {
  public:
    /// Appends to `draft` at most `count` tokens that followed the longest earlier match (at least
    /// two tokens, the latest of equals) of the end of `tokens`. `tokens` must begin with those of
    /// the call before.
    void Propose(std::span<const TokenId> tokens, int32_t count, std::vector<TokenId>& draft);

  private:
    void Extend(std::span<const TokenId> tokens);
    size_t SlotOf(TokenId a, TokenId b) const;

    std::vector<int32_t> heads_;     // by hash of a pair: the latest position it ends at, or -1
    std::vector<int32_t> previous_;  // by position: the one before it with the same hash
};

}  // namespace argosy
