#include "retrieval/store/collection_index.h"

#include <algorithm>

#include "retrieval/index/hnsw_file.h"

namespace argosy::retrieval {

namespace {

// Vectors that are added to the graph together while a table is read: enough for all threads.
constexpr size_t kBatch = 4096;
// Below this many gone chunks a new build is not worth its time.
constexpr size_t kFewGone = 1000;

}  // namespace

CollectionIndex::CollectionIndex(const CollectionConfig& config)
    : lexical_(config.bm25),
      dense_(config.dimensions == 0
                 ? nullptr
                 : std::make_unique<Hnsw>(config.dimensions, config.metric, config.hnsw)) {}

Result<CollectionIndex> CollectionIndex::Build(const ChunkTable& table, size_t threads) {
    CollectionIndex index(table.config());
    ARGOSY_CHECK_OK(index.AddAfter(table, 0, threads));
    return index;
}

Result<CollectionIndex> CollectionIndex::Open(const ChunkTable& table,
                                              const std::filesystem::path& file, size_t threads) {
    ARGOSY_TRY(const std::vector<ChunkKey> keys, table.Keys());
    CollectionIndex index(table.config());
    if (!index.ReadFile(table, file, keys)) return Build(table, threads);
    ARGOSY_CHECK_OK(index.FollowFile(table));
    ARGOSY_CHECK_OK(index.AddAfter(table, index.keys_.empty() ? 0 : index.keys_.back(), threads));
    return index;
}

// False where the file is of no use: missing, damaged, another collection's, or of a state that the
// table has not had. All of that is mended by building anew.
bool CollectionIndex::ReadFile(const ChunkTable& table, const std::filesystem::path& file,
                               std::span<const ChunkKey> keys) {
    if (!dense_) return false;
    const CollectionConfig& config = table.config();
    auto opened =
        HnswFile::Open(file, table.identity(), config.dimensions, config.metric, config.hnsw);
    if (!opened || opened->keys.empty()) return false;
    // Keys rise: one of the table's that is not above the file's last must be in the file.
    const auto known = std::ranges::upper_bound(keys, opened->keys.back());
    if (!std::ranges::includes(opened->keys, std::span(keys.begin(), known))) return false;
    keys_ = std::move(opened->keys);
    dense_ = std::move(opened->index);
    return true;
}

// The file's slots get their texts and metadata; those that the table has no more are removed.
Result<void> CollectionIndex::FollowFile(const ChunkTable& table) {
    live_.Resize(keys_.size(), true);
    live_count_ = keys_.size();
    Slot next = 0;
    const auto remove_before = [&](ChunkKey key) {
        while (next < keys_.size() && keys_[next] < key) RemoveSlot(next++);
    };
    ARGOSY_CHECK_OK(table.ForEachAfter(0, false, [&](ChunkKey key, StoredChunk&& stored) {
        if (key > keys_.back()) return false;
        remove_before(key);
        AddChunk(next++, stored.chunk);
        return true;
    }));
    remove_before(keys_.back() + 1);
    return {};
}

Result<void> CollectionIndex::AddAfter(const ChunkTable& table, ChunkKey after, size_t threads) {
    ChunkTable::Change change;
    std::vector<StoredChunk> batch;
    const auto flush = [&] {
        std::vector<const StoredChunk*> added;
        for (const StoredChunk& stored : batch) added.push_back(&stored);
        Apply(change, added, threads);
        change.added.clear();
        batch.clear();
    };
    ARGOSY_CHECK_OK(
        table.ForEachAfter(after, dense_ != nullptr, [&](ChunkKey key, StoredChunk&& s) {
            change.added.push_back(key);
            batch.push_back(std::move(s));
            if (batch.size() == kBatch) flush();
            return true;
        }));
    flush();
    return {};
}

void CollectionIndex::AddChunk(Slot slot, const Chunk& chunk) {
    lexical_.Add(slot, chunk.text);
    payload_.Add(slot, chunk.metadata);
}

void CollectionIndex::RemoveSlot(Slot slot) {
    if (!live_.Has(slot)) return;
    live_.Remove(slot);
    --live_count_;
    lexical_.Remove(slot);
    if (dense_) dense_->Remove(slot);
}

void CollectionIndex::Apply(const ChunkTable::Change& change,
                            std::span<const StoredChunk* const> added, size_t threads) {
    for (const ChunkKey key : change.removed) {
        const auto found = std::ranges::lower_bound(keys_, key);
        if (found == keys_.end() || *found != key) continue;
        RemoveSlot(static_cast<Slot>(found - keys_.begin()));
    }
    std::vector<float> vectors;
    for (size_t i = 0; i < added.size(); ++i) {
        const auto slot = static_cast<Slot>(keys_.size());
        keys_.push_back(change.added[i]);
        AddChunk(slot, added[i]->chunk);
        vectors.insert(vectors.end(), added[i]->vector.begin(), added[i]->vector.end());
    }
    live_.Resize(keys_.size(), true);
    live_count_ += added.size();
    if (dense_) dense_->Add(vectors, threads);
}

Result<void> CollectionIndex::Save(const ChunkTable& table,
                                   const std::filesystem::path& file) const {
    if (!dense_) return {};
    return HnswFile::Write(file, *dense_, table.identity(), keys_);
}

bool CollectionIndex::IsStale() const {
    const size_t gone = keys_.size() - live_count_;
    return gone > kFewGone && gone > keys_.size() / 4;
}

Slot CollectionIndex::SlotAfter(ChunkKey key) const {
    return static_cast<Slot>(std::ranges::upper_bound(keys_, key) - keys_.begin());
}

PayloadIndex::Selection CollectionIndex::Select(const Filter& filter) const {
    PayloadIndex::Selection selection{live_, true};
    if (filter.empty()) return selection;
    selection = payload_.Select(filter);
    // A file's last slots may be gone ones, which the payload index has not seen.
    selection.slots.Resize(keys_.size(), false);
    selection.slots &= live_;
    return selection;
}

}  // namespace argosy::retrieval
