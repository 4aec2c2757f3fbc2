#include "model/stored_model.h"

#include <utility>

namespace argosy {

StoredModel::StoredModel(StoredModelParts parts) : parts_(std::move(parts)) {
    by_name_.reserve(parts_.tensors.size());
    for (const TensorView& tensor : parts_.tensors) {
        by_name_.emplace(tensor.name, &tensor);
        tensor_bytes_ += tensor.bytes.size();
    }
}

const MetaValue* StoredModel::Find(std::string_view key) const {
    const auto it = parts_.metadata.find(key);
    return it == parts_.metadata.end() ? nullptr : &it->second;
}

std::vector<std::string> StoredModel::keys() const {
    std::vector<std::string> keys;
    keys.reserve(parts_.metadata.size());
    for (const auto& [key, value] : parts_.metadata) keys.push_back(key);
    return keys;
}

const TensorView* StoredModel::FindTensor(std::string_view name) const {
    const auto it = by_name_.find(name);
    return it == by_name_.end() ? nullptr : it->second;
}

void StoredModel::DropPages() const {
    for (const MappedFile& file : parts_.mappings) file.DropPages();
    if (parts_.base != nullptr) parts_.base->DropPages();
}

}  // namespace argosy
