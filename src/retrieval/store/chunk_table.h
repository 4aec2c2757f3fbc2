// The truth of a collection: its documents and chunks in SQLite. Each stored chunk has a key that
// rises and is never used again, so that an index knows by the keys alone what it lacks and what is
// gone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/sqlite.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval {

using ChunkKey = uint64_t;

/// Thread-compatible.
class ChunkTable {
  public:
    /// Creates a collection's database; the folder must be there.
    static Result<ChunkTable> Create(const std::filesystem::path& path,
                                     const CollectionConfig& config);
    /// kCorrupt or kUnsupported where it is no database of ours or a newer one.
    static Result<ChunkTable> Open(const std::filesystem::path& path);

    const CollectionConfig& config() const { return config_; }
    /// Says whose an index file is: made anew with each collection, restored ones too.
    const std::string& identity() const { return identity_; }

    /// What a change did: keys that are gone, keys that are new, in rising order.
    struct Change {
        std::vector<ChunkKey> removed;
        std::vector<ChunkKey> added;
    };
    /// Both leave their transaction open: the caller commits.
    Result<Change> Replace(std::span<const StoredDocument> documents);
    Result<Change> Remove(std::span<const std::string> ids, size_t& documents);

    Result<SqliteTransaction> Begin() const { return SqliteTransaction::Begin(db_); }

    /// Keys of all chunks, rising.
    Result<std::vector<ChunkKey>> Keys() const;
    Result<StoredChunk> Read(ChunkKey key, bool with_vector) const;
    /// The chunks of those documents, a document's in their order.
    Result<std::vector<StoredChunk>> ReadDocuments(std::span<const std::string> ids,
                                                   bool with_vectors) const;
    /// The chunks with keys above `after`, rising, until fn returns false.
    Result<void> ForEachAfter(ChunkKey after, bool with_vectors,
                              const std::function<bool(ChunkKey, StoredChunk&&)>& fn) const;
    Result<std::map<std::string, std::string>> Hashes() const;
    Result<void> CopyTo(const std::filesystem::path& path) const;
    /// Gives a copy an identity of its own, and a name.
    Result<void> Adopt(const std::string& name);

  private:
    explicit ChunkTable(Sqlite db) : db_(std::move(db)) {}
    Result<void> ReadMeta();
    Result<void> WriteMeta(const CollectionConfig& config) const;
    Result<bool> RemoveDocument(const std::string& id, Change& change) const;
    Result<void> Insert(const StoredDocument& document, Change& change) const;

    Sqlite db_;
    CollectionConfig config_;
    std::string identity_;
};

}  // namespace argosy::retrieval
