// How the next token is chosen: the parameters of one request, with OpenAI's and vLLM's names.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/tokenizer.h"

namespace argosy {

class Grammar;  // engine/grammar/grammar.h

struct SamplingParams {
    float temperature = 1.0F;  // 0: greedy
    int32_t top_k = 0;         // 0 or -1: off
    float top_p = 1.0F;
    float min_p = 0.0F;
    float typical_p = 1.0F;
    float repetition_penalty = 1.0F;  // over prompt and output, as in CTRL (arXiv:1909.05858)
    float presence_penalty = 0.0F;    // over output, OpenAI's definition
    float frequency_penalty = 0.0F;
    std::vector<std::pair<TokenId, float>> logit_bias;
    std::optional<uint64_t> seed;  // same seed, same text, whatever else is in the batch

    int32_t n = 1;        // choices returned
    int32_t best_of = 1;  // choices generated; the n with the highest mean log-probability are kept
    int32_t max_tokens = -1;  // -1: up to the context length
    int32_t min_tokens = 0;   // no stop before
    std::vector<std::string> stop;
    std::vector<TokenId> stop_token_ids;
    bool include_stop_in_output = false;
    bool ignore_eos = false;
    bool skip_special_tokens = true;
    std::vector<TokenId> visible_tokens;  // special tokens that stay in the text all the same

    int32_t logprobs = -1;         // -1: none; 0: the chosen token's; k: and the k most likely
    int32_t prompt_logprobs = -1;  // the same for prompt tokens (echo with logprobs)
    std::shared_ptr<const Grammar> grammar;

    /// kInvalidArgument naming the parameter, its value and its range.
    Result<void> Validate(int32_t vocab_size) const;
};

}  // namespace argosy
