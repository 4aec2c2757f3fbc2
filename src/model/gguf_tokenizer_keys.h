// The tokenizer of a Hugging Face model (tokenizer.json) as GGUF's tokenizer.ggml.* keys, for files
// that other programs shall read too.
#pragma once

#include "model/stored_model.h"

namespace argosy {

/// Where `metadata` has "argosy.tokenizer_json", adds the tokenizer.ggml.* keys that it has not.
/// The texts are taken out where the keys say all that they say; a byte-level BPE whose
/// pre-tokenizer has no name in GGUF keeps them. Errors: kCorrupt (no such JSON), kUnsupported.
Result<void> AddGgufTokenizerKeys(Metadata& metadata);

}  // namespace argosy
