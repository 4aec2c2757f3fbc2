// Writes safetensors (https://github.com/huggingface/safetensors, "Format"), as safetensors.h reads
// them: a JSON header padded to 8 bytes, then the tensors' bytes behind each other.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/dtype.h"

namespace argosy {

struct SafetensorToWrite {
    std::string name;
    DType type = DType::kF32;    // F32, F16, BF16 or I32
    std::vector<int64_t> shape;  // the slowest-varying dimension first, as PyTorch has it
    std::span<const std::byte> bytes;
};

/// Replaces `path`; after a crash the file is the old one or the new one. `metadata` is the
/// format's "__metadata__". Errors: kInvalidArgument naming the tensor (a type that the format does
/// not have, bytes that are not the shape's), kInternal (the disk).
Result<void> WriteSafetensors(const std::filesystem::path& path,
                              std::span<const SafetensorToWrite> tensors,
                              const std::map<std::string, std::string>& metadata = {});

}  // namespace argosy
