#include "retrieval/store/chunk_table.h"

#include <cstring>
#include <random>

#include "retrieval/store/collection_json.h"

namespace argosy::retrieval {

namespace {

constexpr int64_t kVersion = 1;

constexpr const char* kSchema = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (id TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (id),
    begin INTEGER NOT NULL,
    text TEXT NOT NULL,
    metadata TEXT NOT NULL,
    vector BLOB NOT NULL);
CREATE INDEX chunks_of_document ON chunks (document_id);
)";

constexpr const char* kColumns = "key, id, document_id, begin, text, metadata";

std::string NewIdentity() {
    std::random_device random;
    std::string identity;
    for (int i = 0; i < 4; ++i) identity += fmt::format("{:08x}", random());
    return identity;
}

Result<StoredChunk> ChunkOf(const SqliteStatement& row, bool with_vector) {
    StoredChunk stored{
        {row.Text(1), row.Text(2), static_cast<size_t>(row.Int(3)), row.Text(4), {}}};
    ARGOSY_TRY(json::value metadata, ParseJson(row.Text(5)));
    if (metadata.is_object()) stored.chunk.metadata = std::move(metadata.get_object());
    const auto blob = row.Blob(6);
    if (!with_vector || blob.empty()) return stored;
    stored.vector.resize(blob.size() / sizeof(float));
    std::memcpy(stored.vector.data(), blob.data(), stored.vector.size() * sizeof(float));
    return stored;
}

}  // namespace

Result<ChunkTable> ChunkTable::Create(const std::filesystem::path& path,
                                      const CollectionConfig& config) {
    ARGOSY_TRY(Sqlite db, Sqlite::Open(path));
    ChunkTable table(std::move(db));
    ARGOSY_TRY(SqliteTransaction transaction, table.Begin());
    ARGOSY_CHECK_OK(table.db_.Execute(kSchema));
    ARGOSY_CHECK_OK(table.WriteMeta(config));
    ARGOSY_CHECK_OK(transaction.Commit());
    ARGOSY_CHECK_OK(table.ReadMeta());
    return table;
}

Result<ChunkTable> ChunkTable::Open(const std::filesystem::path& path) {
    ARGOSY_TRY(Sqlite db, Sqlite::Open(path));
    ChunkTable table(std::move(db));
    ARGOSY_CHECK_OK(table.ReadMeta());
    return table;
}

Result<void> ChunkTable::WriteMeta(const CollectionConfig& config) const {
    const std::pair<const char*, std::string> values[] = {
        {"version", std::to_string(kVersion)},
        {"identity", NewIdentity()},
        {"config", json::serialize(ConfigToJson(config))}};
    ARGOSY_TRY(SqliteStatement put, db_.Prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)"));
    for (const auto& [name, value] : values) {
        ARGOSY_CHECK_OK(put.Bind(std::string_view(name)).Bind(value).Run());
    }
    return {};
}

Result<void> ChunkTable::ReadMeta() {
    ARGOSY_TRY(SqliteStatement all, db_.Prepare("SELECT name, value FROM meta"));
    std::map<std::string, std::string> values;
    for (;;) {
        ARGOSY_TRY(const bool more, all.Step());
        if (!more) break;
        values[all.Text(0)] = all.Text(1);
    }
    if (values["version"] != std::to_string(kVersion)) {
        return Err(ErrorCode::kUnsupported, "a collection of version \"{}\", where {} is known",
                   values["version"], kVersion);
    }
    ARGOSY_TRY(const json::value config, ParseJson(values["config"]));
    ARGOSY_TRY(config_, ConfigFromJson(config));
    identity_ = values["identity"];
    return {};
}

Result<ChunkTable::Change> ChunkTable::Replace(std::span<const StoredDocument> documents) {
    Change change;
    for (const StoredDocument& document : documents) {
        ARGOSY_CHECK_OK(RemoveDocument(document.id, change));
        ARGOSY_CHECK_OK(Insert(document, change));
    }
    return change;
}

Result<ChunkTable::Change> ChunkTable::Remove(std::span<const std::string> ids, size_t& documents) {
    Change change;
    documents = 0;
    for (const std::string& id : ids) {
        ARGOSY_TRY(const bool was_there, RemoveDocument(id, change));
        documents += was_there ? 1 : 0;
    }
    return change;
}

Result<bool> ChunkTable::RemoveDocument(const std::string& id, Change& change) const {
    ARGOSY_TRY(SqliteStatement keys, db_.Prepare("SELECT key FROM chunks WHERE document_id = ?"));
    keys.Bind(id);
    for (;;) {
        ARGOSY_TRY(const bool more, keys.Step());
        if (!more) break;
        change.removed.push_back(static_cast<ChunkKey>(keys.Int(0)));
    }
    ARGOSY_TRY(SqliteStatement chunks, db_.Prepare("DELETE FROM chunks WHERE document_id = ?"));
    ARGOSY_CHECK_OK(chunks.Bind(id).Run());
    ARGOSY_TRY(SqliteStatement document, db_.Prepare("DELETE FROM documents WHERE id = ?"));
    ARGOSY_CHECK_OK(document.Bind(id).Run());
    return db_.Changes() > 0;
}

Result<void> ChunkTable::Insert(const StoredDocument& document, Change& change) const {
    ARGOSY_TRY(SqliteStatement row, db_.Prepare("INSERT INTO documents VALUES (?, ?)"));
    ARGOSY_CHECK_OK(row.Bind(document.id).Bind(document.hash).Run());
    ARGOSY_TRY(SqliteStatement put,
               db_.Prepare("INSERT INTO chunks (id, document_id, begin, text, metadata, vector) "
                           "VALUES (?, ?, ?, ?, ?, ?)"));
    for (const StoredChunk& stored : document.chunks) {
        const Chunk& chunk = stored.chunk;
        ARGOSY_CHECK_OK(put.Bind(chunk.id)
                            .Bind(document.id)
                            .Bind(static_cast<int64_t>(chunk.begin))
                            .Bind(chunk.text)
                            .Bind(json::serialize(chunk.metadata))
                            .Bind(std::as_bytes(std::span(stored.vector)))
                            .Run());
        change.added.push_back(static_cast<ChunkKey>(db_.LastRowId()));
    }
    return {};
}

Result<std::vector<ChunkKey>> ChunkTable::Keys() const {
    std::vector<ChunkKey> keys;
    ARGOSY_TRY(SqliteStatement all, db_.Prepare("SELECT key FROM chunks ORDER BY key"));
    for (;;) {
        ARGOSY_TRY(const bool more, all.Step());
        if (!more) return keys;
        keys.push_back(static_cast<ChunkKey>(all.Int(0)));
    }
}

Result<StoredChunk> ChunkTable::Read(ChunkKey key, bool with_vector) const {
    ARGOSY_TRY(SqliteStatement one,
               db_.Prepare(fmt::format("SELECT {}{} FROM chunks WHERE key = ?", kColumns,
                                       with_vector ? ", vector" : "")));
    one.Bind(static_cast<int64_t>(key));
    ARGOSY_TRY(const bool found, one.Step());
    if (!found) return Err(ErrorCode::kInternal, "no chunk of key {}", key);
    return ChunkOf(one, with_vector);
}

Result<std::vector<StoredChunk>> ChunkTable::ReadDocuments(std::span<const std::string> ids,
                                                           bool with_vectors) const {
    std::vector<StoredChunk> chunks;
    ARGOSY_TRY(SqliteStatement all,
               db_.Prepare(fmt::format("SELECT {}{} FROM chunks WHERE document_id = ? ORDER BY key",
                                       kColumns, with_vectors ? ", vector" : "")));
    for (const std::string& id : ids) {
        all.Bind(id);
        for (;;) {
            ARGOSY_TRY(const bool more, all.Step());
            if (!more) break;
            ARGOSY_TRY(StoredChunk chunk, ChunkOf(all, with_vectors));
            chunks.push_back(std::move(chunk));
        }
        all.Reset();
    }
    return chunks;
}

Result<void> ChunkTable::ForEachAfter(
    ChunkKey after, bool with_vectors,
    const std::function<bool(ChunkKey, StoredChunk&&)>& fn) const {
    ARGOSY_TRY(SqliteStatement all,
               db_.Prepare(fmt::format("SELECT {}{} FROM chunks WHERE key > ? ORDER BY key",
                                       kColumns, with_vectors ? ", vector" : "")));
    all.Bind(static_cast<int64_t>(after));
    for (;;) {
        ARGOSY_TRY(const bool more, all.Step());
        if (!more) return {};
        ARGOSY_TRY(StoredChunk chunk, ChunkOf(all, with_vectors));
        if (!fn(static_cast<ChunkKey>(all.Int(0)), std::move(chunk))) return {};
    }
}

Result<std::map<std::string, std::string>> ChunkTable::Hashes() const {
    std::map<std::string, std::string> hashes;
    ARGOSY_TRY(SqliteStatement all, db_.Prepare("SELECT id, hash FROM documents"));
    for (;;) {
        ARGOSY_TRY(const bool more, all.Step());
        if (!more) return hashes;
        hashes[all.Text(0)] = all.Text(1);
    }
}

Result<void> ChunkTable::CopyTo(const std::filesystem::path& path) const {
    ARGOSY_TRY(SqliteStatement copy, db_.Prepare("VACUUM INTO ?"));
    return copy.Bind(path.string()).Run();
}

Result<void> ChunkTable::Adopt(const std::string& name) {
    CollectionConfig config = config_;
    config.name = name;
    ARGOSY_TRY(SqliteTransaction transaction, Begin());
    ARGOSY_CHECK_OK(WriteMeta(config));
    ARGOSY_CHECK_OK(transaction.Commit());
    return ReadMeta();
}

}  // namespace argosy::retrieval
