// A model in another type: written as GGUF, or quantised in memory at load.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "model/model_file.h"

namespace argosy {

struct ConvertOptions {
    std::string recipe = "q8_0";  // of quant_recipe.h
    int threads = 0;              // 0: all of the machine
    /// Called after each piece with source bytes done and in all, from the calling thread.
    std::function<void(uint64_t done, uint64_t total)> progress;
};

/// Writes `model` as GGUF that llama.cpp can read too (a Hugging Face model gets the standard
/// tokenizer keys). Memory used beside the mapping: a few tens of MiB. The file appears when
/// complete. Errors: kInvalidArgument (recipe), kUnsupported (a tokenizer that GGUF has no keys
/// for), kInternal (the disk).
Result<void> ConvertModel(const ModelFile& model, const std::filesystem::path& out,
                          const ConvertOptions& options);

/// The same model with its weights quantised in memory; tensors that keep their type stay where
/// they are. Errors as above.
Result<std::unique_ptr<ModelFile>> QuantizeModel(std::unique_ptr<ModelFile> model,
                                                 const std::string& recipe, int threads);

}  // namespace argosy
