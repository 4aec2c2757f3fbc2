// The indexes of one collection: lexical, dense and of metadata, over one numbering of slots. Made
// of its table, with the dense part from its file where there is one; never the truth itself.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "retrieval/index/hnsw.h"
#include "retrieval/index/lexical_index.h"
#include "retrieval/index/payload_index.h"
#include "retrieval/store/chunk_table.h"

namespace argosy::retrieval {

/// Thread-compatible: many readers or one writer.
class CollectionIndex {
  public:
    /// Reads the file (that of another state or none: builds the graph anew), then brings it up to
    /// the table's state.
    static Result<CollectionIndex> Open(const ChunkTable& table, const std::filesystem::path& file,
                                        size_t threads);
    /// Of the table alone.
    static Result<CollectionIndex> Build(const ChunkTable& table, size_t threads);

    /// Follows a change of the table; `added` are the chunks of change.added.
    void Apply(const ChunkTable::Change& change, std::span<const StoredChunk* const> added,
               size_t threads);
    /// Writes the dense part to its file; nothing where the collection has no vectors.
    Result<void> Save(const ChunkTable& table, const std::filesystem::path& file) const;

    size_t live() const { return live_count_; }
    /// Slots of chunks that are gone are worth a new build.
    bool IsStale() const;

    ChunkKey KeyOf(Slot slot) const { return keys_[slot]; }
    /// The first slot with a key above `key`.
    Slot SlotAfter(ChunkKey key) const;
    /// What passes the filter, as far as the indexes know (PayloadIndex::Selection).
    PayloadIndex::Selection Select(const Filter& filter) const;
    std::vector<FieldSummary> Fields(size_t max_values) const {
        return payload_.Summaries(max_values);
    }

    const LexicalIndex& lexical() const { return lexical_; }
    /// Null: the collection has no vectors.
    const Hnsw* dense() const { return dense_.get(); }

  private:
    explicit CollectionIndex(const CollectionConfig& config);
    bool ReadFile(const ChunkTable& table, const std::filesystem::path& file,
                  std::span<const ChunkKey> keys);
    Result<void> FollowFile(const ChunkTable& table);
    Result<void> AddAfter(const ChunkTable& table, ChunkKey after, size_t threads);
    void AddChunk(Slot slot, const Chunk& chunk);
    void RemoveSlot(Slot slot);

    std::vector<ChunkKey> keys_;  // of each slot, rising
    SlotSet live_;
    size_t live_count_ = 0;
    LexicalIndex lexical_;
    PayloadIndex payload_;
    std::unique_ptr<Hnsw> dense_;
};

}  // namespace argosy::retrieval
