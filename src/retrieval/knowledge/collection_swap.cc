#include "retrieval/knowledge/collection_swap.h"

#include <utility>

#include "retrieval/load/temporary_file.h"

namespace argosy::retrieval {

namespace {

Result<bool> Exists(Store& store, const std::string& name) {
    auto config = ConfigOf(store, name);
    if (config) return true;
    if (config.error().code == ErrorCode::kNotFound) return false;
    return std::unexpected(std::move(config.error()));
}

Result<void> DropIfThere(Store& store, const std::string& name) {
    auto dropped = store.DropCollection(name);
    if (!dropped && dropped.error().code != ErrorCode::kNotFound) return dropped;
    return {};
}

}  // namespace

std::string NextName(const std::string& name) { return name + ".next"; }

Result<CollectionConfig> ConfigOf(Store& store, const std::string& name) {
    ARGOSY_TRY(auto all, store.Collections());
    for (CollectionConfig& config : all) {
        if (config.name == name) return std::move(config);
    }
    return Err(ErrorCode::kNotFound, "no collection \"{}\"", name);
}

Result<void> BeginNext(Store& store, CollectionConfig config) {
    config.name = NextName(config.name);
    ARGOSY_CHECK_OK(DropIfThere(store, config.name));
    return store.CreateCollection(config);
}

Result<void> BeginNextFrom(Store& store, const std::string& name,
                           const std::filesystem::path& snapshot) {
    ARGOSY_CHECK_OK(DropIfThere(store, NextName(name)));
    return store.Restore(NextName(name), snapshot);
}

Result<void> PromoteNext(Store& store, const std::string& name) {
    ARGOSY_TRY(const TemporaryFile file, TemporaryFile::Make());
    ARGOSY_CHECK_OK(store.Snapshot(NextName(name), file.path()));
    ARGOSY_CHECK_OK(DropIfThere(store, name));
    ARGOSY_CHECK_OK(store.Restore(name, file.path()));
    return store.DropCollection(NextName(name));
}

Result<bool> RecoverCollection(Store& store, const std::string& name) {
    ARGOSY_TRY(const bool there, Exists(store, name));
    ARGOSY_TRY(const bool next, Exists(store, NextName(name)));
    if (there) {
        ARGOSY_CHECK_OK(DropIfThere(store, NextName(name)));
    } else if (next) {
        ARGOSY_CHECK_OK(PromoteNext(store, name));
    }
    return there || next;
}

}  // namespace argosy::retrieval
