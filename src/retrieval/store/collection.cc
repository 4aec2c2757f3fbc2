#include "retrieval/store/collection.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "retrieval/store/store_checks.h"

namespace argosy::retrieval {

namespace {

// Fields with more distinct strings are given without them.
constexpr size_t kMaxFieldValues = 1000;

std::filesystem::path IndexFile(const std::filesystem::path& folder) {
    return folder / "vectors.hnsw";
}

}  // namespace

Collection::Collection(std::filesystem::path folder, CollectionTuning tuning, ChunkTable table,
                       ChunkTable reader, CollectionIndex index)
    : folder_(std::move(folder)),
      tuning_(tuning),
      table_(std::move(table)),
      index_(std::move(index)),
      reader_(std::move(reader)) {}

Result<std::unique_ptr<Collection>> Collection::Open(const std::filesystem::path& folder,
                                                     const CollectionTuning& given) {
    CollectionTuning tuning = given;
    if (tuning.threads == 0) tuning.threads = std::max(1U, std::thread::hardware_concurrency());
    ARGOSY_TRY(ChunkTable table, ChunkTable::Open(folder / "chunks.sqlite"));
    ARGOSY_TRY(ChunkTable reader, ChunkTable::Open(folder / "chunks.sqlite"));
    ARGOSY_TRY(CollectionIndex index,
               CollectionIndex::Open(table, IndexFile(folder), tuning.threads));
    return std::unique_ptr<Collection>(
        new Collection(folder, tuning, std::move(table), std::move(reader), std::move(index)));
}

Collection::~Collection() {
    if (unsaved_ > 0) (void)index_.Save(table_, IndexFile(folder_));
}

Result<void> Collection::Upsert(std::span<const StoredDocument> documents) {
    ARGOSY_CHECK_OK(CheckDocuments(config(), documents));
    const std::lock_guard lock(write_);
    ARGOSY_TRY(SqliteTransaction transaction, table_.Begin());
    ARGOSY_TRY(const ChunkTable::Change change, table_.Replace(documents));
    std::vector<const StoredChunk*> added;
    for (const StoredDocument& document : documents) {
        for (const StoredChunk& stored : document.chunks) added.push_back(&stored);
    }
    ARGOSY_CHECK_OK(Follow(std::move(transaction), change, added));
    return Maintain();
}

Result<size_t> Collection::Delete(std::span<const std::string> ids) {
    const std::lock_guard lock(write_);
    size_t documents = 0;
    ARGOSY_TRY(SqliteTransaction transaction, table_.Begin());
    ARGOSY_TRY(const ChunkTable::Change change, table_.Remove(ids, documents));
    ARGOSY_CHECK_OK(Follow(std::move(transaction), change, {}));
    ARGOSY_CHECK_OK(Maintain());
    return documents;
}

// Commit and index change as one for those who search.
Result<void> Collection::Follow(SqliteTransaction transaction, const ChunkTable::Change& change,
                                std::span<const StoredChunk* const> added) {
    const std::unique_lock lock(state_);
    ARGOSY_CHECK_OK(transaction.Commit());
    index_.Apply(change, added, tuning_.threads);
    unsaved_ += change.added.size() + change.removed.size();
    return {};
}

// A new build when too much is gone, a new file when too much has changed; searches go on.
Result<void> Collection::Maintain() {
    if (index_.IsStale()) {
        ARGOSY_TRY(CollectionIndex fresh, CollectionIndex::Build(table_, tuning_.threads));
        const std::unique_lock lock(state_);
        index_ = std::move(fresh);
    }
    if (unsaved_ < tuning_.save_after || unsaved_ < index_.live() / 4) return {};
    ARGOSY_CHECK_OK(index_.Save(table_, IndexFile(folder_)));
    unsaved_ = 0;
    return {};
}

Result<std::map<std::string, std::string>> Collection::Hashes() const {
    const std::lock_guard lock(read_);
    return reader_.Hashes();
}

Result<std::vector<StoredChunk>> Collection::ReadDocuments(std::span<const std::string> ids,
                                                           bool with_vectors) const {
    const std::lock_guard lock(read_);
    return reader_.ReadDocuments(ids, with_vectors);
}

// The caller holds state_. What the indexes cannot decide, the documents do.
Result<SlotSet> Collection::Passing(const Filter& filter) const {
    PayloadIndex::Selection selection = index_.Select(filter);
    if (selection.exact) return std::move(selection.slots);
    const std::lock_guard lock(read_);
    SlotSet passing(selection.slots.size());
    Result<void> read;
    selection.slots.ForEach([&](Slot slot) {
        if (!read) return;
        const auto stored = reader_.Read(index_.KeyOf(slot), false);
        if (!stored) {
            read = std::unexpected(stored.error());
        } else if (Matches(filter, stored->chunk.metadata)) {
            passing.Add(slot);
        }
    });
    if (!read) return std::unexpected(read.error());
    return passing;
}

Result<std::vector<SearchHit>> Collection::Read(std::span<const SlotScore> hits,
                                                bool with_vectors) const {
    const std::lock_guard lock(read_);
    std::vector<SearchHit> out;
    for (const SlotScore& hit : hits) {
        ARGOSY_TRY(StoredChunk stored, reader_.Read(index_.KeyOf(hit.slot), with_vectors));
        out.push_back({.chunk = std::move(stored.chunk),
                       .score = hit.score,
                       .vector = std::move(stored.vector)});
    }
    return out;
}

Result<ScrollPage> Collection::Scroll(const Filter& filter, size_t limit,
                                      const std::string& from) const {
    ChunkKey after = 0;
    if (!from.empty()) {
        const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), after);
        if (error != std::errc() || end != from.data() + from.size()) {
            return WrongPage(from);
        }
    }
    const std::shared_lock lock(state_);
    ARGOSY_TRY(const SlotSet passing, Passing(filter));
    const std::lock_guard reading(read_);
    ScrollPage page;
    ChunkKey last = 0;
    for (Slot slot = index_.SlotAfter(after); slot < passing.size(); ++slot) {
        if (!passing.Has(slot)) continue;
        if (page.chunks.size() == limit) {
            page.next = std::to_string(last);
            break;
        }
        last = index_.KeyOf(slot);
        ARGOSY_TRY(StoredChunk stored, reader_.Read(last, true));
        page.chunks.push_back(std::move(stored));
    }
    return page;
}

Result<size_t> Collection::Count(const Filter& filter) const {
    const std::shared_lock lock(state_);
    if (filter.empty()) return index_.live();
    ARGOSY_TRY(const SlotSet passing, Passing(filter));
    return passing.Count();
}

std::vector<FieldSummary> Collection::Fields() const {
    const std::shared_lock lock(state_);
    return index_.Fields(kMaxFieldValues);
}

Result<void> Collection::Snapshot(const std::filesystem::path& to) const {
    const std::lock_guard lock(read_);
    return reader_.CopyTo(to);
}

}  // namespace argosy::retrieval
