// The store inside the process: a folder with a folder for each collection, which hold a SQLite
// database (the truth) and index files (which can be made anew). A process that is killed at any
// moment loses nothing that an Upsert or Delete returned from.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>

#include "retrieval/store/collection.h"
#include "retrieval/store/store.h"
#include "retrieval/store/store_lock.h"

namespace argosy::retrieval {

class EmbeddedStore final : public Store {
  public:
    /// Opens or makes the folder, and all its collections. kUnavailable where another process has
    /// it.
    static Result<std::unique_ptr<EmbeddedStore>> Open(const std::filesystem::path& folder,
                                                       const CollectionTuning& tuning = {});

    Result<void> CreateCollection(const CollectionConfig& config) override;
    Result<void> DropCollection(const std::string& name) override;
    Result<std::vector<CollectionConfig>> Collections() override;
    Result<void> Upsert(const std::string& collection,
                        std::span<const StoredDocument> documents) override;
    Result<size_t> Delete(const std::string& collection,
                          std::span<const std::string> document_ids) override;
    Result<std::map<std::string, std::string>> DocumentHashes(
        const std::string& collection) override;
    Result<std::vector<StoredChunk>> Read(const std::string& collection,
                                          std::span<const std::string> document_ids,
                                          bool with_vectors) override;
    Result<SearchResult> Search(const std::string& collection,
                                const SearchRequest& request) override;
    Result<ScrollPage> Scroll(const std::string& collection, const Filter& filter, size_t limit,
                              const std::string& from) override;
    Result<size_t> Count(const std::string& collection, const Filter& filter) override;
    Result<std::vector<FieldSummary>> Fields(const std::string& collection) override;
    Result<void> Snapshot(const std::string& collection, const std::filesystem::path& to) override;
    Result<void> Restore(const std::string& name, const std::filesystem::path& from) override;

  private:
    EmbeddedStore(std::filesystem::path folder, CollectionTuning tuning, StoreLock lock)
        : folder_(std::move(folder)), tuning_(tuning), lock_(std::move(lock)) {}

    Result<void> OpenCollections();
    Result<std::shared_ptr<Collection>> Find(const std::string& name) const;
    Result<void> Publish(const std::filesystem::path& made, const std::string& name);

    std::filesystem::path folder_;
    CollectionTuning tuning_;
    StoreLock lock_;
    mutable std::shared_mutex mutex_;  // GUARDED_BY: collections_
    /// Shared with the requests in progress, so that one that is dropped ends with the last of
    /// them.
    std::map<std::string, std::shared_ptr<Collection>> collections_;
};

}  // namespace argosy::retrieval
