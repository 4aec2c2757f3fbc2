#include "retrieval/store/pgvector_tables.h"

#include <algorithm>
#include <cmath>

#include "retrieval/index/analyzer.h"
#include "retrieval/store/collection_json.h"
#include "retrieval/store/store_checks.h"

namespace argosy::retrieval::internal {

namespace {

// Replicas start at once: the lock keeps them from making the same table twice.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(4279236092)";
constexpr const char* kCollections =
    "CREATE TABLE IF NOT EXISTS argosy_collections(number BIGSERIAL PRIMARY KEY, "
    "name TEXT NOT NULL UNIQUE, config TEXT NOT NULL, chunks BIGINT NOT NULL DEFAULT 0, "
    "terms BIGINT NOT NULL DEFAULT 0)";

// Chunks that travel in one statement.
constexpr size_t kBatch = 256;

const char* OperatorClass(Metric metric) {
    switch (metric) {
        case Metric::kCosine:
            return "vector_cosine_ops";
        case Metric::kDot:
            return "vector_ip_ops";
        case Metric::kEuclidean:
            break;
    }
    return "vector_l2_ops";
}

std::string IdList(std::span<const std::string> ids) {
    return JsonWithoutNul(json::serialize(json::array(ids.begin(), ids.end())));
}

// A chunk as the statement of Insert reads it, with its terms counted.
json::object RowOf(const StoredChunk& stored, const Analyzer& analyzer, size_t number) {
    json::object terms;
    const auto words = analyzer.Terms(stored.chunk.text);
    for (const std::string& word : words) {
        json::value& count = terms[word];
        count = count.is_null() ? 1 : count.get_int64() + 1;
    }
    return {{"n", number},
            {"id", stored.chunk.id},
            {"document", stored.chunk.document_id},
            {"begin_at", stored.chunk.begin},
            {"text", stored.chunk.text},
            {"metadata", stored.chunk.metadata},
            {"vector", VectorText(stored.vector)},
            {"length", words.size()},
            {"terms", std::move(terms)}};
}

Result<void> InsertChunks(PostgresConnection& db, const PgCollection& collection,
                          const json::array& rows) {
    const bool vectors = collection.config.dimensions > 0;
    // One statement for a batch: rows come as JSON, terms go to their table by the new keys.
    const std::string sql = fmt::format(
        "WITH given AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(n bigint, id text, "
        "document text, begin_at bigint, text text, metadata jsonb, vector text, length bigint, "
        "terms jsonb)), added AS (INSERT INTO {}(id, document, begin_at, text, metadata, length{}) "
        "SELECT id, document, begin_at, text, metadata, length{} FROM given ORDER BY n "
        "RETURNING key, id) INSERT INTO {} SELECT t.key, added.key, t.value::integer FROM added "
        "JOIN given USING (id) CROSS JOIN jsonb_each_text(given.terms) t",
        collection.Table("chunks"), vectors ? ", vector" : "", vectors ? ", vector::vector" : "",
        collection.Table("terms"));
    ARGOSY_CHECK_OK(db.Run(sql, {JsonWithoutNul(json::serialize(rows))}));
    return {};
}

Result<void> AddStatistics(PostgresConnection& db, const PgCollection& collection, int64_t chunks,
                           int64_t terms) {
    ARGOSY_CHECK_OK(db.Run(
        "UPDATE argosy_collections SET chunks = chunks + $1::bigint, terms = terms + $2::bigint "
        "WHERE number = $3::bigint",
        {std::to_string(chunks), std::to_string(terms), std::to_string(collection.number)}));
    return {};
}

Result<void> InsertHashes(PostgresConnection& db, const PgCollection& collection,
                          std::span<const StoredDocument> documents) {
    json::array hashes;
    for (const StoredDocument& document : documents) {
        hashes.push_back({{"id", document.id}, {"hash", document.hash}});
    }
    ARGOSY_CHECK_OK(
        db.Run(fmt::format("INSERT INTO {} SELECT id, hash FROM jsonb_to_recordset($1::jsonb) AS "
                           "x(id text, hash text)",
                           collection.Table("documents")),
               {JsonWithoutNul(json::serialize(hashes))}));
    return {};
}

}  // namespace

const char* DistanceOperator(Metric metric) {
    switch (metric) {
        case Metric::kCosine:
            return "<=>";
        case Metric::kDot:
            return "<#>";
        case Metric::kEuclidean:
            break;
    }
    return "<->";
}

float ScoreOf(Metric metric, double distance) {
    switch (metric) {
        case Metric::kCosine:
            // The cosine of a vector of zeros is none; ours is 0.
            return std::isnan(distance) ? 0.0F : static_cast<float>(1 - distance);
        case Metric::kDot:
            return static_cast<float>(-distance);
        case Metric::kEuclidean:
            break;
    }
    return static_cast<float>(-distance * distance);
}

std::string VectorText(std::span<const float> vector) {
    return fmt::format("[{}]", fmt::join(vector, ","));
}

Result<void> MakeSchema(PostgresConnection& db) {
    ARGOSY_CHECK_OK(db.Run(kLock));
    ARGOSY_TRY(const PostgresRows there,
               db.Run("SELECT 1 FROM pg_extension WHERE extname='vector'"));
    if (there.size() == 0) {
        const auto made = db.Run("CREATE EXTENSION vector");
        if (!made) {
            return Err(ErrorCode::kUnavailable,
                       "{}; the database needs the extension pgvector: install it on the server "
                       "and run CREATE EXTENSION vector as a superuser",
                       made.error().message);
        }
    }
    ARGOSY_CHECK_OK(db.Run(kCollections));
    return {};
}

Result<PgCollection> MakeCollection(PostgresConnection& db, const CollectionConfig& config) {
    ARGOSY_TRY(const PostgresRows row,
               db.Run("INSERT INTO argosy_collections(name, config) VALUES($1, $2) ON CONFLICT DO "
                      "NOTHING RETURNING number",
                      {config.name, json::serialize(ConfigToJson(config))}));
    if (row.size() == 0) return CollectionExists(config.name);
    PgCollection made{.number = row.Int(0, 0), .config = config};
    const std::string chunks = made.Table("chunks"), terms = made.Table("terms");
    const std::string vector = config.dimensions == 0
                                   ? ""
                                   : fmt::format(", vector vector({}) NOT NULL", config.dimensions);
    std::vector<std::string> statements = {
        fmt::format("CREATE TABLE {}(id TEXT PRIMARY KEY, hash TEXT NOT NULL)",
                    made.Table("documents")),
        fmt::format("CREATE TABLE {}(key BIGSERIAL PRIMARY KEY, id TEXT NOT NULL UNIQUE, document "
                    "TEXT NOT NULL, begin_at BIGINT NOT NULL, text TEXT NOT NULL, metadata JSONB "
                    "NOT NULL, length BIGINT NOT NULL{})",
                    chunks, vector),
        fmt::format("CREATE INDEX ON {}(document)", chunks),
        fmt::format("CREATE TABLE {}(term TEXT NOT NULL, key BIGINT NOT NULL REFERENCES {}(key) ON "
                    "DELETE CASCADE, count INTEGER NOT NULL, PRIMARY KEY(term, key))",
                    terms, chunks),
        fmt::format("CREATE INDEX ON {}(key)", terms)};
    if (config.dimensions > 0 && config.dimensions <= kMaxIndexedDimensions) {
        statements.push_back(fmt::format(
            "CREATE INDEX ON {} USING hnsw (vector {}) WITH (m = {}, ef_construction = {})", chunks,
            OperatorClass(config.metric), std::min<size_t>(config.hnsw.links, 100),
            std::clamp<size_t>(config.hnsw.build_beam, 2 * config.hnsw.links, 1000)));
    }
    for (const std::string& statement : statements) ARGOSY_CHECK_OK(db.Run(statement));
    return made;
}

Result<PgCollection> FindCollection(PostgresConnection& db, const std::string& name, bool writing) {
    ARGOSY_TRY(const PostgresRows row,
               db.Run(fmt::format("SELECT number, config, chunks, terms FROM argosy_collections "
                                  "WHERE name = $1{}",
                                  writing ? " FOR UPDATE" : ""),
                      {name}));
    if (row.size() == 0) return NoCollection(name);
    ARGOSY_TRY(const json::value json, ParseJson(row.Text(0, 1)));
    ARGOSY_TRY(CollectionConfig config, ConfigFromJson(json));
    return PgCollection{row.Int(0, 0), std::move(config), row.Int(0, 2), row.Int(0, 3)};
}

Result<void> DropTables(PostgresConnection& db, const PgCollection& collection) {
    for (const char* what : {"terms", "chunks", "documents"}) {
        ARGOSY_CHECK_OK(db.Run("DROP TABLE " + collection.Table(what)));
    }
    ARGOSY_CHECK_OK(db.Run("DELETE FROM argosy_collections WHERE number = $1::bigint",
                           {std::to_string(collection.number)}));
    return {};
}

Result<size_t> RemoveDocuments(PostgresConnection& db, const PgCollection& collection,
                               std::span<const std::string> ids) {
    const std::string list = IdList(ids);
    ARGOSY_TRY(const PostgresRows chunks,
               db.Run(fmt::format("WITH gone AS (DELETE FROM {} WHERE document IN (SELECT "
                                  "jsonb_array_elements_text($1::jsonb)) RETURNING length) SELECT "
                                  "count(*), coalesce(sum(length), 0) FROM gone",
                                  collection.Table("chunks")),
                      {list}));
    ARGOSY_TRY(const PostgresRows documents,
               db.Run(fmt::format("DELETE FROM {} WHERE id IN (SELECT "
                                  "jsonb_array_elements_text($1::jsonb))",
                                  collection.Table("documents")),
                      {list}));
    ARGOSY_CHECK_OK(AddStatistics(db, collection, -chunks.Int(0, 0), -chunks.Int(0, 1)));
    return documents.affected();
}

Result<void> InsertDocuments(PostgresConnection& db, const PgCollection& collection,
                             std::span<const StoredDocument> documents) {
    ARGOSY_CHECK_OK(InsertHashes(db, collection, documents));
    const Analyzer analyzer(collection.config.bm25.language);
    json::array rows;
    int64_t chunks = 0, terms = 0;
    for (const StoredDocument& document : documents) {
        for (const StoredChunk& stored : document.chunks) {
            json::object row = RowOf(stored, analyzer, rows.size());
            row["document"] = document.id;
            terms += row.at("length").to_number<int64_t>();
            rows.push_back(std::move(row));
            ++chunks;
            if (rows.size() < kBatch) continue;
            ARGOSY_CHECK_OK(InsertChunks(db, collection, rows));
            rows.clear();
        }
    }
    if (!rows.empty()) ARGOSY_CHECK_OK(InsertChunks(db, collection, rows));
    return AddStatistics(db, collection, chunks, terms);
}

std::string ChunkColumns(bool with_vector) {
    return fmt::format("c.key, c.id, c.document, c.begin_at, c.text, c.metadata{}",
                       with_vector ? ", c.vector" : "");
}

Result<StoredChunk> ChunkAt(const PostgresRows& rows, int row, int first, bool with_vector) {
    StoredChunk stored{{rows.Text(row, first + 1),
                        rows.Text(row, first + 2),
                        static_cast<size_t>(rows.Int(row, first + 3)),
                        rows.Text(row, first + 4),
                        {}}};
    ARGOSY_TRY(json::value metadata, ParseJson(rows.Text(row, first + 5)));
    if (metadata.is_object()) stored.chunk.metadata = std::move(metadata.get_object());
    if (!with_vector) return stored;
    ARGOSY_TRY(const json::value vector, ParseJson(rows.Text(row, first + 6)));
    for (const auto& x : vector.as_array()) stored.vector.push_back(x.to_number<float>());
    return stored;
}

}  // namespace argosy::retrieval::internal
