// A vocabulary of a wanted size for MakeModel: bytes or letters, common English words, then made-up
// words of syllables until it is full, so that what a random model says can at least be read.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/stored_model.h"

namespace argosy {

/// Adds the tokenizer.ggml.* keys of a tokenizer of `kind` ("bpe", "spm", "wordpiece") with exactly
/// `size` tokens (at least 300), and for the first two a ChatML template. `pre` names the
/// pre-tokenizer of a byte-level BPE ("qwen2", "llama-bpe").
void AddVocabulary(std::string_view kind, int64_t size, std::string_view pre, Metadata& metadata);

}  // namespace argosy
