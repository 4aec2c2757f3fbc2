// A Hugging Face model directory seen as a GGUF model: config.json as GGUF's metadata keys, tensors
// under GGUF's names and in GGUF's arrangement, so that the engine knows one kind of model only.
#pragma once

#include <filesystem>
#include <memory>

#include "model/model_file.h"

namespace argosy {

/// Needs config.json and model.safetensors (or its index). Errors: kNotFound, kCorrupt (JSON,
/// tensors), kUnsupported naming the architecture and those known.
/// Tokenizer files stay as text under "argosy.tokenizer_json" and "argosy.tokenizer_config_json".
Result<std::unique_ptr<ModelFile>> OpenHfModel(const std::filesystem::path& path);

}  // namespace argosy
