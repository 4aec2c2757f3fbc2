// config.json of a Hugging Face model as GGUF's metadata.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/stored_model.h"

namespace argosy {

struct HfConfig {
    std::string architecture;  // GGUF's name: "llama", "nomic-bert"
    Metadata metadata;
    json::object fields;  // of the text model
    bool tied_embeddings = false;
    bool classifier = false;  // ...ForSequenceClassification
    int64_t heads = 0, kv_heads = 0, head_size = 0;
    /// Factors for the frequencies of RoPE: "rope_freqs.weight" and the like, with their values.
    std::vector<std::pair<std::string, std::vector<float>>> rope_tensors;
};

/// Errors: kNotFound, kCorrupt naming the field, kUnsupported naming the architecture and those
/// known.
Result<HfConfig> ReadHfConfig(const std::filesystem::path& folder);

}  // namespace argosy
