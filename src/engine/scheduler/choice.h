// One choice of a request as a text in the making: takes a row of logits, chooses the token, turns
// it into text and finds out whether the choice has ended. Knows nothing of blocks or batches.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/grammar/grammar.h"
#include "engine/scheduler/sampler.h"
#include "engine/scheduler/stop_matcher.h"
#include "engine/scheduler/token_counts.h"

namespace argosy {

/// What the choices of one request have in common; outlives them.
struct ChoiceRules {
    SamplingParams params;
    uint64_t seed = 0;
    int32_t max_tokens = 0;            // resolved: never negative
    std::vector<TokenId> stop_tokens;  // end the choice: the request's, and the model's own
    bool needs_logprobs = false;       // to return, or to rank the choices
    const Tokenizer* tokenizer = nullptr;
    const TokenMasker* masker = nullptr;  // where params.grammar is set
};

/// Single-threaded; choices of different sequences may be used at the same time.
class Choice {
  public:
    /// `index` and the seed decide all random numbers of this choice.
    Choice(const ChoiceRules& rules, std::span<const TokenId> prompt, int32_t index);

    /// Samples the next token. Changes `row` unless `keep_row` (others use it too). `mask`: the
    /// tokens that the grammar allows now; empty: all. kInternal when the row has no finite logit.
    Result<TokenId> Take(std::span<float> row, bool keep_row, std::span<const uint32_t> mask,
                         SamplerScratch& scratch);
    /// Same choice of token, changing nothing but `row`: for drafting.
    TokenId Guess(std::span<float> row, int32_t ahead, SamplerScratch& scratch) const;

    int32_t index() const { return index_; }
    int32_t generated() const { return generated_; }
    bool finished() const { return finish_.has_value(); }
    std::optional<FinishReason> finish() const { return finish_; }
    const std::optional<GrammarState>& grammar() const { return grammar_; }
    /// Mean log-probability of the tokens so far.
    double score() const { return generated_ > 0 ? logprob_sum_ / generated_ : 0; }
    bool has_news() const { return !pending_.tokens.empty() || !pending_.text.empty(); }
    /// Moves out what happened since the last call.
    GenerateEvent TakeEvent();
    /// Ends a choice that was asked for no token at all.
    void FinishEmpty() { End(FinishReason::kLength); }

  private:
    void Edit(std::span<float> row, std::span<const uint32_t> mask) const;
    bool NeedsEdits(std::span<const uint32_t> mask) const;
    bool IsStop(TokenId token) const;
    void Accept(TokenId token);
    void AcceptText(TokenId token);
    void End(FinishReason reason);

    const ChoiceRules& rules_;
    int32_t index_;
    int32_t generated_ = 0;
    double logprob_sum_ = 0;
    std::optional<TokenCounts> counts_;
    std::optional<GrammarState> grammar_;
    StreamDecoder decoder_;
    StopMatcher stops_;
    std::optional<FinishReason> finish_;
    GenerateEvent pending_;
};

}  // namespace argosy
