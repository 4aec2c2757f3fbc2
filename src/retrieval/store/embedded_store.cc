#include "retrieval/store/embedded_store.h"

#include <mutex>
#include <system_error>

#include "base/durable_file.h"
#include "retrieval/store/store_checks.h"

namespace argosy::retrieval {

namespace {

// Folders in the making or on their way out begin so: whatever is left of them after a crash is
// removed at the next start.
constexpr const char* kMaking = ".making-";
constexpr const char* kDropped = ".dropped-";

std::unexpected<Error> FromSystem(const std::filesystem::path& path, const std::error_code& error) {
    return At(path.string(), {ErrorCode::kInternal, error.message(), {}});
}

Result<std::filesystem::path> FreshFolder(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (!error) std::filesystem::create_directories(path, error);
    if (error) return FromSystem(path, error);
    return path;
}

}  // namespace

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::Open(const std::filesystem::path& folder,
                                                           const CollectionTuning& tuning) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return FromSystem(folder, error);
    ARGOSY_TRY(StoreLock lock, StoreLock::Take(folder));
    auto store = std::unique_ptr<EmbeddedStore>(new EmbeddedStore(folder, tuning, std::move(lock)));
    ARGOSY_CHECK_OK(store->OpenCollections());
    return store;
}

Result<void> EmbeddedStore::OpenCollections() {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
        if (!entry.is_directory()) continue;
        const std::string name = entry.path().filename();
        if (name.starts_with(".")) {
            std::filesystem::remove_all(entry.path(), error);
            continue;
        }
        auto collection = Collection::Open(entry.path(), tuning_);
        if (!collection) return At(entry.path().string(), collection.error());
        collections_[name] = std::move(*collection);
    }
    if (error) return FromSystem(folder_, error);
    return {};
}

Result<std::shared_ptr<Collection>> EmbeddedStore::Find(const std::string& name) const {
    const std::shared_lock lock(mutex_);
    const auto found = collections_.find(name);
    if (found == collections_.end()) {
        return NoCollection(name);
    }
    return found->second;
}

// A folder that was made under another name becomes the collection; the caller holds mutex_.
Result<void> EmbeddedStore::Publish(const std::filesystem::path& made, const std::string& name) {
    std::error_code error;
    std::filesystem::rename(made, folder_ / name, error);
    if (error) return FromSystem(made, error);
    ARGOSY_CHECK_OK(SyncFolder(folder_));
    auto collection = Collection::Open(folder_ / name, tuning_);
    if (!collection) {  // left there, it would keep the store from opening again
        std::filesystem::remove_all(folder_ / name, error);
        return std::unexpected(collection.error());
    }
    collections_[name] = std::move(*collection);
    return {};
}

Result<void> EmbeddedStore::CreateCollection(const CollectionConfig& config) {
    ARGOSY_CHECK_OK(CheckConfig(config));
    const std::unique_lock lock(mutex_);
    if (collections_.contains(config.name)) {
        return CollectionExists(config.name);
    }
    ARGOSY_TRY(const auto making, FreshFolder(folder_ / (kMaking + config.name)));
    // Closed before it moves.
    if (auto made = ChunkTable::Create(making / "chunks.sqlite", config); !made) {
        return std::unexpected(made.error());
    }
    return Publish(making, config.name);
}

Result<void> EmbeddedStore::DropCollection(const std::string& name) {
    std::shared_ptr<Collection> dropped;
    const std::unique_lock lock(mutex_);
    const auto found = collections_.find(name);
    if (found == collections_.end()) {
        return NoCollection(name);
    }
    const std::filesystem::path out = folder_ / (kDropped + name);
    std::error_code error;
    std::filesystem::remove_all(out, error);
    std::filesystem::rename(folder_ / name, out, error);
    if (error) return FromSystem(folder_ / name, error);
    ARGOSY_CHECK_OK(SyncFolder(folder_));
    dropped = std::move(found->second);
    collections_.erase(found);
    dropped.reset();
    std::filesystem::remove_all(out, error);  // the next start does it where this fails
    return {};
}

Result<std::vector<CollectionConfig>> EmbeddedStore::Collections() {
    const std::shared_lock lock(mutex_);
    std::vector<CollectionConfig> all;
    for (const auto& [name, collection] : collections_) all.push_back(collection->config());
    return all;
}

Result<void> EmbeddedStore::Upsert(const std::string& collection,
                                   std::span<const StoredDocument> documents) {
    ARGOSY_TRY(const auto found, Find(collection));
    return found->Upsert(documents);
}

Result<size_t> EmbeddedStore::Delete(const std::string& collection,
                                     std::span<const std::string> document_ids) {
    ARGOSY_TRY(const auto found, Find(collection));
    return found->Delete(document_ids);
}

Result<std::map<std::string, std::string>> EmbeddedStore::DocumentHashes(
    const std::string& collection) {
    ARGOSY_TRY(const auto found, Find(collection));
    return found->Hashes();
}

Result<std::vector<StoredChunk>> EmbeddedStore::Read(const std::string& collection,
                                                     std::span<const std::string> document_ids,
                                                     bool with_vectors) {
    ARGOSY_TRY(const auto found, Find(collection));
    return found->ReadDocuments(document_ids, with_vectors);
}

Result<SearchResult> EmbeddedStore::Search(const std::string& collection,
                                           const SearchRequest& request) {
    ARGOSY_TRY(const auto found, Find(collection));
    return found->Search(request);
}

Result<ScrollPage> EmbeddedStore::Scroll(const std::string& collection, const Filter& filter,
                                         size_t limit, const std::string& from) {
    ARGOSY_TRY(const auto found, Find(collection));
    return found->Scroll(filter, limit, from);
}

Result<size_t> EmbeddedStore::Count(const std::string& collection, const Filter& filter) {
    ARGOSY_TRY(const auto found, Find(collection));
    return found->Count(filter);
}

Result<std::vector<FieldSummary>> EmbeddedStore::Fields(const std::string& collection) {
    ARGOSY_TRY(const auto found, Find(collection));
    return found->Fields();
}

Result<void> EmbeddedStore::Snapshot(const std::string& collection,
                                     const std::filesystem::path& to) {
    ARGOSY_TRY(const auto found, Find(collection));
    // Written beside and renamed, so that a snapshot is whole or absent.
    std::filesystem::path partial = to;
    partial += ".partial";
    std::error_code error;
    std::filesystem::remove(partial, error);
    ARGOSY_CHECK_OK(found->Snapshot(partial));
    std::filesystem::rename(partial, to, error);
    if (error) return FromSystem(to, error);
    return SyncFolder(to.has_parent_path() ? to.parent_path() : ".");
}

Result<void> EmbeddedStore::Restore(const std::string& name, const std::filesystem::path& from) {
    ARGOSY_CHECK_OK(CheckCollectionName(name));
    const std::unique_lock lock(mutex_);
    if (collections_.contains(name)) {
        return CollectionExists(name);
    }
    ARGOSY_TRY(const auto making, FreshFolder(folder_ / (kMaking + name)));
    std::error_code error;
    std::filesystem::copy_file(from, making / "chunks.sqlite", error);
    if (error) {
        return At(from.string(),
                  {error == std::errc::no_such_file_or_directory ? ErrorCode::kNotFound
                                                                 : ErrorCode::kInternal,
                   error.message(),
                   {}});
    }
    {
        auto table = ChunkTable::Open(making / "chunks.sqlite");
        if (!table) return At(from.string(), table.error());
        ARGOSY_CHECK_OK(table->Adopt(name));
    }
    return Publish(making, name);
}

}  // namespace argosy::retrieval
