// Reads GGUF version 2 and 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md) by mmap.
// Nothing in a file is believed: every length, count, offset and shape is checked before use, and
// every error names the field and its offset.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "model/stored_model.h"

namespace argosy {

/// Opens a file, or all files of a split set by its first (name-00001-of-0000N.gguf). Errors:
/// kNotFound, kPermissionDenied, kCorrupt, kUnsupported (version, byte order, tensor type).
Result<std::unique_ptr<ModelFile>> OpenGguf(const std::filesystem::path& path);

struct GgufContents {
    Metadata metadata;                // an array of arrays becomes one array of the elements
    std::vector<TensorView> tensors;  // their bytes lie in `file`
};
/// Parses the bytes of one whole file.
Result<GgufContents> ParseGguf(std::span<const std::byte> file);

}  // namespace argosy
