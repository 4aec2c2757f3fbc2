// The store in a Qdrant server as a class. Private to qdrant_store.cc (collections, writing,
// snapshots) and qdrant_reads.cc (reading and searching).
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "net/url.h"
#include "retrieval/store/qdrant_client.h"
#include "retrieval/store/qdrant_store.h"

namespace argosy::retrieval::internal {

inline std::string PathOf(const std::string& collection, std::string_view rest = "") {
    return fmt::format("/collections/{}{}", PercentEncode(collection), rest);
}

// What reads an answer, so that one of another shape is an error of the server's.
template <typename Fn>
auto Reading(Fn fn) -> decltype(fn()) {
    try {
        return fn();
    } catch (const std::exception& e) {
        return Err(ErrorCode::kCorrupt, "an answer of Qdrant cannot be read: {}", e.what());
    }
}

inline Result<size_t> CountIn(const json::value& result) {
    return Reading([&]() -> Result<size_t> { return result.at("count").to_number<size_t>(); });
}

class QdrantStore final : public Store {
  public:
    explicit QdrantStore(QdrantOptions options) : options_(options), client_(std::move(options)) {}

    Result<void> Prepare();
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
    Result<bool> Exists(const std::string& name);
    Result<CollectionConfig> ConfigOf(const std::string& name);
    Result<void> MakeIndexes(const std::string& name);
    Result<void> Put(const std::string& name, const std::vector<json::object>& points);
    Result<void> DropLeftovers(const std::string& name, std::span<const StoredDocument> documents);
    /// Records that pass a filter of Qdrant's, page after page, until fn returns false.
    Result<void> ForEachRecord(const std::string& name, const json::object& filter,
                               const json::value& payload, bool vectors,
                               const std::function<Result<bool>(const json::value&)>& fn);

    const QdrantOptions options_;
    QdrantClient client_;
    std::mutex mutex_;  // GUARDED_BY: configs_
    std::map<std::string, CollectionConfig> configs_;
};

}  // namespace argosy::retrieval::internal
