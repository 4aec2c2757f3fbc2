// What the fuzzers of grammars share: a walk through a grammar that may be hostile.
#pragma once

#include <cstdlib>
#include <optional>
#include <random>

#include "engine/grammar/grammar_test_util.h"

namespace argosy {

/// Walks `steps` tokens picked by `seed` among those allowed, and aborts where an allowed token is
/// refused. The text where the walk came to its end. Larger grammars may meet the automaton's
/// limits, where an allowed token may prove dead: there a refusal ends the walk.
inline std::optional<std::string> FuzzWalk(const Grammar::Ptr& grammar, uint32_t seed, int steps) {
    static const FakeTokenizer tokenizer = MixedTokenizer();
    const TokenMasker masker(tokenizer);  // fresh, so that one input leaves nothing to the next
    constexpr size_t kSurelyWithinLimits = 50;
    std::mt19937 random(seed);
    GrammarState state(masker, grammar);
    std::vector<uint64_t> mask((size_t(tokenizer.vocab_size()) + 63) / 64);
    std::string text;
    for (int step = 0; step < steps; ++step) {
        state.FillMask(std::span<uint64_t>(mask));
        std::vector<TokenId> allowed;
        for (TokenId t = 0; t < tokenizer.vocab_size(); ++t) {
            if (Allowed(mask, t)) allowed.push_back(t);
        }
        if (allowed.empty()) {
            if (grammar->size() < kSurelyWithinLimits) std::abort();
            return std::nullopt;
        }
        const TokenId token = allowed[random() % allowed.size()];
        if (!state.Accept(token)) {
            if (grammar->size() < kSurelyWithinLimits) std::abort();
            return std::nullopt;
        }
        if (token == *tokenizer.eos()) return text;
        text += tokenizer.TokenText(token);
    }
    if (!state.Rollback(steps)) std::abort();
    return std::nullopt;
}

}  // namespace argosy
