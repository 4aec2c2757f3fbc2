// A tokenizer from GGUF's tokenizer.ggml.* metadata.
#pragma once

#include <memory>

#include "model/model_file.h"
#include "model/tokenizer.h"

namespace argosy::tokenizers {

/// Errors: kNotFound (no tokenizer keys), kCorrupt and kUnsupported naming the key.
Result<std::unique_ptr<Tokenizer>> LoadGgufTokenizer(const ModelFile& model);

}  // namespace argosy::tokenizers
