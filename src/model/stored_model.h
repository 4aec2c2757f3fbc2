// The one implementation of ModelFile: metadata and tensors in tables, their bytes in mapped files,
// in buffers of its own, or in another model that it keeps alive. Readers fill `StoredModelParts`.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mapped_file.h"
#include "model/model_file.h"

namespace argosy {

using Metadata = std::map<std::string, MetaValue, std::less<>>;

struct StoredModelParts {
    std::filesystem::path path;
    Metadata metadata;
    std::vector<TensorView> tensors;  // unique names
    // What the tensors' bytes may lie in.
    std::vector<MappedFile> mappings;
    std::vector<std::unique_ptr<std::byte[]>> buffers;
    std::shared_ptr<const ModelFile> base;
};

/// Thread-safe after construction.
class StoredModel final : public ModelFile {
  public:
    explicit StoredModel(StoredModelParts parts);

    const std::filesystem::path& path() const override { return parts_.path; }
    const MetaValue* Find(std::string_view key) const override;
    std::vector<std::string> keys() const override;
    const TensorView* FindTensor(std::string_view name) const override;
    const std::vector<TensorView>& tensors() const override { return parts_.tensors; }
    uint64_t tensor_bytes() const override { return tensor_bytes_; }
    void DropPages() const override;

  private:
    StoredModelParts parts_;
    std::unordered_map<std::string_view, const TensorView*> by_name_;
    uint64_t tensor_bytes_ = 0;
};

}  // namespace argosy
