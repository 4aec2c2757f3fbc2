#include "retrieval/face/face_state.h"

#include <algorithm>

namespace argosy::retrieval::face {

namespace {

std::unexpected<Error> NoSuchCollection(const std::string& name) {
    return Err(ErrorCode::kNotFound, "Not found: Collection `{}` doesn't exist!", name);
}

}  // namespace

Result<std::shared_ptr<PointCollection>> FaceState::Find(const std::string& name) {
    // One that is being opened is waited for; they are opened once.
    const std::lock_guard lock(mutex_);
    if (const auto found = open_.find(name); found != open_.end()) return found->second;
    ARGOSY_TRY(const auto all, store_.Collections());
    const auto config = std::ranges::find(all, name, &CollectionConfig::name);
    if (config == all.end()) return NoSuchCollection(name);
    auto schema = SchemaOf(*config);
    if (!schema) return NoSuchCollection(name);
    ARGOSY_TRY(auto collection, PointCollection::Open(store_, std::move(*schema)));
    open_[name] = collection;
    return collection;
}

Result<std::vector<std::string>> FaceState::Names() {
    ARGOSY_TRY(const auto all, store_.Collections());
    std::vector<std::string> names;
    for (const CollectionConfig& config : all) {
        if (SchemaOf(config)) names.push_back(config.name);
    }
    return names;
}

Result<void> FaceState::Create(const PointSchema& schema) {
    auto made = store_.CreateCollection(schema.config);
    if (!made && made.error().code == ErrorCode::kAlreadyExists) {
        return Err(ErrorCode::kAlreadyExists, "Wrong input: Collection `{}` already exists!",
                   schema.config.name);
    }
    return made;
}

Result<bool> FaceState::Drop(const std::string& name) {
    const auto found = Find(name);
    if (!found && found.error().code == ErrorCode::kNotFound) return false;
    const std::lock_guard lock(mutex_);
    open_.erase(name);
    ARGOSY_CHECK_OK(store_.DropCollection(name));
    return true;
}

}  // namespace argosy::retrieval::face
