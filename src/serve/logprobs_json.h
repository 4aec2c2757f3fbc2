// Log-probabilities in the two shapes that OpenAI's endpoints use.
#pragma once

#include <vector>

#include "base/json.h"
#include "engine/engine.h"

namespace argosy::serve {

/// Chat: [{"token", "logprob", "bytes", "top_logprobs": [...]}].
json::array ChatLogprobs(const Tokenizer& tokenizer, const std::vector<TokenLogprob>& tokens);

/// Plain completions: {"tokens", "token_logprobs", "top_logprobs", "text_offset"}, added to as the
/// tokens come.
class CompletionLogprobs {
  public:
    void Add(const Tokenizer& tokenizer, const TokenLogprob& token, bool first_of_prompt = false);
    /// The object of what was added since the last call; text offsets go on.
    json::object Take();

  private:
    json::array tokens_, logprobs_, tops_, offsets_;
    size_t offset_ = 0;  // characters before the next token
};

}  // namespace argosy::serve
