// How a piece of text becomes tokens: the last stage of a tokenizer, after normalising and cutting
// into words. Implementations are thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "model/tokenizer.h"

namespace argosy::tokenizers {

class TokenModel {
  public:
    virtual ~TokenModel() = default;
    /// Appends the tokens of `word` (valid UTF-8, not empty).
    virtual void Tokenize(std::string_view word, std::vector<TokenId>& out) const = 0;
};

}  // namespace argosy::tokenizers
