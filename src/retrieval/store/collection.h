// One collection of the embedded store: its table, its indexes, and who may use them when.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "retrieval/store/chunk_table.h"
#include "retrieval/store/collection_index.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval {

struct CollectionTuning {
    size_t threads = 0;        // of index builds; 0: one for each CPU
    size_t save_after = 5000;  // changes (and a quarter of the collection) between index files
};

/// Thread-safe: one writer at a time; searches go on while it writes to the table, and wait while
/// it commits and adds to the indexes.
class Collection {
  public:
    /// Opens the folder of a collection (chunks.sqlite, vectors.hnsw).
    static Result<std::unique_ptr<Collection>> Open(const std::filesystem::path& folder,
                                                    const CollectionTuning& tuning);
    /// Saves the index where it is behind; a failure costs time at the next start, no data.
    ~Collection();

    const CollectionConfig& config() const { return table_.config(); }

    Result<void> Upsert(std::span<const StoredDocument> documents);
    Result<size_t> Delete(std::span<const std::string> ids);
    Result<std::map<std::string, std::string>> Hashes() const;
    Result<std::vector<StoredChunk>> ReadDocuments(std::span<const std::string> ids,
                                                   bool with_vectors) const;
    Result<SearchResult> Search(const SearchRequest& request) const;
    Result<ScrollPage> Scroll(const Filter& filter, size_t limit, const std::string& from) const;
    Result<size_t> Count(const Filter& filter) const;
    std::vector<FieldSummary> Fields() const;
    Result<void> Snapshot(const std::filesystem::path& to) const;

  private:
    Collection(std::filesystem::path folder, CollectionTuning tuning, ChunkTable table,
               ChunkTable reader, CollectionIndex index);

    Result<void> Follow(SqliteTransaction transaction, const ChunkTable::Change& change,
                        std::span<const StoredChunk* const> added);
    Result<void> Maintain();
    Result<SlotSet> Passing(const Filter& filter) const;
    Result<std::vector<SearchHit>> Read(std::span<const SlotScore> hits, bool with_vectors) const;

    std::filesystem::path folder_;
    CollectionTuning tuning_;
    mutable std::mutex write_;  // GUARDED_BY: table_ and unsaved_
    ChunkTable table_;
    size_t unsaved_ = 0;
    mutable std::shared_mutex state_;  // GUARDED_BY: index_, and commits of table_
    CollectionIndex index_;
    mutable std::mutex read_;  // GUARDED_BY: reader_; taken last
    ChunkTable reader_;
};

}  // namespace argosy::retrieval
