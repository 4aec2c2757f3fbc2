// Chunks of at most so many tokens of a model's tokenizer, cut between words: what an embedding
// model reads whole. Works with any tokenizer, for it only counts: each chunk is a piece of the
// document whose own encoding, without special tokens, has at most max_tokens.
#pragma once

#include <memory>

#include "base/error.h"
#include "model/tokenizer.h"
#include "retrieval/split/splitter.h"

namespace argosy::retrieval {

struct TokenOptions {
    size_t max_tokens = 256;
    size_t overlap_tokens = 32;  // at most, in whole words
};

class TokenSplitter final : public Splitter {
  public:
    /// kInvalidArgument for 0 tokens, or an overlap that is not smaller than that. A single code
    /// point of more than max_tokens makes a chunk of its own.
    static Result<TokenSplitter> Make(std::shared_ptr<const Tokenizer> tokenizer,
                                      TokenOptions options);
    std::vector<Chunk> Split(const Document& document) const override;

  private:
    TokenSplitter(std::shared_ptr<const Tokenizer> tokenizer, TokenOptions options)
        : tokenizer_(std::move(tokenizer)), options_(options) {}
    std::shared_ptr<const Tokenizer> tokenizer_;
    TokenOptions options_;
};

}  // namespace argosy::retrieval
