// What any model on disk offers the engine, whatever its container (GGUF, Hugging Face directory):
// typed metadata under GGUF's key names, and tensors under GGUF's tensor names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "model/tensor.h"

namespace argosy {

using MetaArray = std::variant<std::vector<int64_t>, std::vector<double>, std::vector<std::string>,
                               std::vector<bool>>;
using MetaValue = std::variant<int64_t, uint64_t, double, bool, std::string, MetaArray>;

class ModelFile {
  public:
    virtual ~ModelFile() = default;

    virtual const std::filesystem::path& path() const = 0;
    /// Metadata by key, e.g. "general.architecture", "llama.block_count", "tokenizer.ggml.tokens".
    virtual const MetaValue* Find(std::string_view key) const = 0;
    virtual std::vector<std::string> keys() const = 0;
    /// nullptr where there is no such tensor.
    virtual const TensorView* FindTensor(std::string_view name) const = 0;
    virtual const std::vector<TensorView>& tensors() const = 0;
    /// Bytes of all tensors.
    virtual uint64_t tensor_bytes() const = 0;
    /// Gives the pages of the mapping back to the kernel (they come back on the next read).
    virtual void DropPages() const = 0;

    // Typed reads. A missing key gives nothing (or kNotFound from Require*); a wrong kind is
    // kCorrupt naming the key and both kinds. Integers of any width convert when they fit.
    std::optional<std::string> GetString(std::string_view key) const;
    std::optional<int64_t> GetInt(std::string_view key) const;
    std::optional<double> GetFloat(std::string_view key) const;
    std::optional<bool> GetBool(std::string_view key) const;
    const std::vector<std::string>* GetStrings(std::string_view key) const;
    Result<std::string> RequireString(std::string_view key) const;
    Result<int64_t> RequireInt(std::string_view key) const;
    Result<double> RequireFloat(std::string_view key) const;
};

/// Opens a .gguf file (first of a split set opens all), or a Hugging Face directory.
Result<std::unique_ptr<ModelFile>> OpenModel(const std::filesystem::path& path);

}  // namespace argosy
