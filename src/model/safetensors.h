// Reads safetensors (https://github.com/huggingface/safetensors, "Format"): a JSON header that says
// name, type, shape and place of each tensor, then the bytes. Every place is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "model/dtype.h"

namespace argosy {

struct Safetensor {
    std::string name;
    std::string type_name;       // "BF16", "I64"
    std::optional<DType> type;   // where we have such a type: F32, F16, BF16, I32
    std::vector<int64_t> shape;  // the slowest-varying dimension first, as PyTorch has it
    std::span<const std::byte> bytes;
};

/// Parses the bytes of one file. Errors: kCorrupt naming the tensor and what is wrong.
Result<std::vector<Safetensor>> ParseSafetensors(std::span<const std::byte> file);

/// The tensors of a folder: model.safetensors, or all files of model.safetensors.index.json.
struct SafetensorsFolder {
    std::vector<MappedFile> files;
    std::vector<Safetensor> tensors;  // unique names
};
Result<SafetensorsFolder> OpenSafetensors(const std::filesystem::path& folder);

}  // namespace argosy
