#include "retrieval/store/pgvector_store.h"

#include <charconv>

#include "base/postgres.h"
#include "retrieval/store/collection_json.h"
#include "retrieval/store/pgvector_filter.h"
#include "retrieval/store/pgvector_search.h"
#include "retrieval/store/pgvector_tables.h"
#include "retrieval/store/store_checks.h"
#include "retrieval/store/store_export.h"

namespace argosy::retrieval {

namespace {

using internal::PgCollection;

constexpr size_t kMaxFieldValues = 1000;  // as the embedded store
constexpr size_t kPage = 256;
// What is read within one transaction is of one moment.
constexpr const char* kOneMoment = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";

class PgvectorStore final : public Store {
  public:
    // Entering many documents into an index takes its time.
    explicit PgvectorStore(const std::string& url)
        : pool_({.url = url, .statement_timeout = std::chrono::minutes(2)}) {}

    Result<void> Prepare() { return pool_.Within(&internal::MakeSchema); }

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
    // Work on a collection: fn(connection, collection), in a transaction.
    template <typename Fn>
    auto With(const std::string& name, bool writing, Fn fn)
        -> decltype(fn(std::declval<PostgresConnection&>(), std::declval<const PgCollection&>())) {
        return pool_.Within(
            [&](PostgresConnection& db) -> decltype(fn(db, std::declval<const PgCollection&>())) {
                if (!writing) ARGOSY_CHECK_OK(db.Run(kOneMoment));
                ARGOSY_TRY(const PgCollection collection,
                           internal::FindCollection(db, name, writing));
                return fn(db, collection);
            });
    }

    PostgresPool pool_;
};

// The chunks whose keys are above `after`.
Result<PostgresRows> PageAfter(PostgresConnection& db, const PgCollection& collection,
                               const Filter& filter, size_t limit, int64_t after,
                               bool with_vectors) {
    std::vector<std::string> parameters = {std::to_string(after)};
    const std::string sql = FilterToSql(filter, parameters);
    return db.Run(
        fmt::format("SELECT {} FROM {} c WHERE c.key > $1::bigint AND {} ORDER BY c.key "
                    "LIMIT {}",
                    internal::ChunkColumns(with_vectors), collection.Table("chunks"), sql, limit),
        parameters);
}

Result<void> PgvectorStore::CreateCollection(const CollectionConfig& config) {
    ARGOSY_CHECK_OK(CheckConfig(config));
    if (config.dimensions > internal::kMaxPgvectorDimensions) {
        return Err(ErrorCode::kInvalidArgument, "{} dimensions: pgvector takes at most {}",
                   config.dimensions, internal::kMaxPgvectorDimensions);
    }
    return pool_.Within([&](PostgresConnection& db) -> Result<void> {
        ARGOSY_CHECK_OK(internal::MakeCollection(db, config));
        return {};
    });
}

Result<void> PgvectorStore::DropCollection(const std::string& name) {
    return With(name, true, [](PostgresConnection& db, const PgCollection& collection) {
        return internal::DropTables(db, collection);
    });
}

Result<std::vector<CollectionConfig>> PgvectorStore::Collections() {
    return pool_.Within([](PostgresConnection& db) -> Result<std::vector<CollectionConfig>> {
        ARGOSY_TRY(const PostgresRows rows,
                   db.Run("SELECT config FROM argosy_collections ORDER BY name"));
        std::vector<CollectionConfig> all;
        for (int i = 0; i < rows.size(); ++i) {
            ARGOSY_TRY(const json::value json, ParseJson(rows.Text(i, 0)));
            ARGOSY_TRY(CollectionConfig config, ConfigFromJson(json));
            all.push_back(std::move(config));
        }
        return all;
    });
}

Result<void> PgvectorStore::Upsert(const std::string& name,
                                   std::span<const StoredDocument> documents) {
    return With(name, true,
                [&](PostgresConnection& db, const PgCollection& collection) -> Result<void> {
                    ARGOSY_CHECK_OK(CheckDocuments(collection.config, documents));
                    std::vector<std::string> ids;
                    for (const StoredDocument& document : documents) ids.push_back(document.id);
                    ARGOSY_CHECK_OK(internal::RemoveDocuments(db, collection, ids));
                    return internal::InsertDocuments(db, collection, documents);
                });
}

Result<size_t> PgvectorStore::Delete(const std::string& name,
                                     std::span<const std::string> document_ids) {
    return With(name, true, [&](PostgresConnection& db, const PgCollection& collection) {
        return internal::RemoveDocuments(db, collection, document_ids);
    });
}

Result<std::map<std::string, std::string>> PgvectorStore::DocumentHashes(const std::string& name) {
    using Hashes = std::map<std::string, std::string>;
    return With(name, false,
                [](PostgresConnection& db, const PgCollection& collection) -> Result<Hashes> {
                    ARGOSY_TRY(const PostgresRows rows,
                               db.Run("SELECT id, hash FROM " + collection.Table("documents")));
                    Hashes hashes;
                    for (int i = 0; i < rows.size(); ++i) hashes[rows.Text(i, 0)] = rows.Text(i, 1);
                    return hashes;
                });
}

Result<std::vector<StoredChunk>> PgvectorStore::Read(const std::string& name,
                                                     std::span<const std::string> document_ids,
                                                     bool with_vectors) {
    return With(
        name, false,
        [&](PostgresConnection& db,
            const PgCollection& collection) -> Result<std::vector<StoredChunk>> {
            const bool vectors = with_vectors && collection.config.dimensions > 0;
            const json::array ids(document_ids.begin(), document_ids.end());
            ARGOSY_TRY(
                const PostgresRows rows,
                db.Run(fmt::format("SELECT {} FROM {} c JOIN jsonb_array_elements_text($1::jsonb) "
                                   "WITH ORDINALITY AS asked(id, n) ON c.document = asked.id ORDER "
                                   "BY asked.n, c.key",
                                   internal::ChunkColumns(vectors), collection.Table("chunks")),
                       {JsonWithoutNul(json::serialize(ids))}));
            std::vector<StoredChunk> chunks;
            for (int i = 0; i < rows.size(); ++i) {
                ARGOSY_TRY(StoredChunk stored, internal::ChunkAt(rows, i, 0, vectors));
                chunks.push_back(std::move(stored));
            }
            return chunks;
        });
}

Result<SearchResult> PgvectorStore::Search(const std::string& name, const SearchRequest& request) {
    return With(
        name, false,
        [&](PostgresConnection& db, const PgCollection& collection) -> Result<SearchResult> {
            ARGOSY_CHECK_OK(CheckRequest(collection.config, request));
            SearchRequest asked = request;
            asked.with_vectors = request.with_vectors && collection.config.dimensions > 0;
            return internal::SearchCollection(db, collection, asked);
        });
}

Result<ScrollPage> PgvectorStore::Scroll(const std::string& name, const Filter& filter,
                                         size_t limit, const std::string& from) {
    int64_t after = 0;
    if (!from.empty()) {
        const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), after);
        if (error != std::errc() || end != from.data() + from.size()) return WrongPage(from);
    }
    return With(name, false,
                [&](PostgresConnection& db, const PgCollection& collection) -> Result<ScrollPage> {
                    const bool vectors = collection.config.dimensions > 0;
                    // One more tells whether there is a next page.
                    ARGOSY_TRY(const PostgresRows rows,
                               PageAfter(db, collection, filter, limit + 1, after, vectors));
                    ScrollPage page;
                    for (int i = 0; i < rows.size(); ++i) {
                        if (page.chunks.size() == limit) {
                            page.next = limit == 0 ? from : rows.Text(i - 1, 0);
                            break;
                        }
                        ARGOSY_TRY(StoredChunk stored, internal::ChunkAt(rows, i, 0, vectors));
                        page.chunks.push_back(std::move(stored));
                    }
                    return page;
                });
}

Result<size_t> PgvectorStore::Count(const std::string& name, const Filter& filter) {
    return With(name, false, [&](PostgresConnection& db, const PgCollection& collection) {
        return internal::CountMatching(db, collection, filter);
    });
}

Result<std::vector<FieldSummary>> PgvectorStore::Fields(const std::string& name) {
    return With(name, false,
                [](PostgresConnection& db,
                   const PgCollection& collection) -> Result<std::vector<FieldSummary>> {
                    PayloadIndex index;
                    for (int64_t after = 0;;) {
                        ARGOSY_TRY(const PostgresRows rows,
                                   PageAfter(db, collection, {}, kPage, after, false));
                        if (rows.size() == 0) return index.Summaries(kMaxFieldValues);
                        for (int i = 0; i < rows.size(); ++i) {
                            ARGOSY_TRY(const StoredChunk stored,
                                       internal::ChunkAt(rows, i, 0, false));
                            index.Add(static_cast<Slot>(index.slots()), stored.chunk.metadata);
                        }
                        after = rows.Int(rows.size() - 1, 0);
                    }
                });
}

// A document's chunks, with the hash that goes with it.
Result<StoredDocument> ReadDocument(PostgresConnection& db, const PgCollection& collection,
                                    std::string id, std::string hash) {
    const bool vectors = collection.config.dimensions > 0;
    ARGOSY_TRY(const PostgresRows rows,
               db.Run(fmt::format("SELECT {} FROM {} c WHERE c.document = $1 ORDER BY c.key",
                                  internal::ChunkColumns(vectors), collection.Table("chunks")),
                      {id}));
    StoredDocument document{std::move(id), std::move(hash), {}};
    for (int i = 0; i < rows.size(); ++i) {
        ARGOSY_TRY(StoredChunk stored, internal::ChunkAt(rows, i, 0, vectors));
        document.chunks.push_back(std::move(stored));
    }
    return document;
}

Result<void> PgvectorStore::Snapshot(const std::string& name, const std::filesystem::path& to) {
    return With(
        name, false, [&](PostgresConnection& db, const PgCollection& collection) -> Result<void> {
            ARGOSY_TRY(ExportWriter writer, ExportWriter::Create(to, collection.config));
            ARGOSY_TRY(
                const PostgresRows documents,
                db.Run(fmt::format("SELECT d.id, d.hash FROM {} d ORDER BY (SELECT "
                                   "min(c.key) FROM {} c WHERE c.document = d.id), d.id",
                                   collection.Table("documents"), collection.Table("chunks"))));
            for (int i = 0; i < documents.size(); ++i) {
                ARGOSY_TRY(
                    const StoredDocument document,
                    ReadDocument(db, collection, documents.Text(i, 0), documents.Text(i, 1)));
                ARGOSY_CHECK_OK(writer.Add(document));
            }
            return writer.Finish();
        });
}

// All in one transaction: a snapshot that breaks off in the middle leaves nothing.
Result<void> PgvectorStore::Restore(const std::string& name, const std::filesystem::path& from) {
    ARGOSY_CHECK_OK(CheckCollectionName(name));
    return pool_.Within([&](PostgresConnection& db) -> Result<void> {
        PgCollection collection;
        std::vector<StoredDocument> batch;
        const auto flush = [&]() -> Result<void> {
            ARGOSY_CHECK_OK(CheckDocuments(collection.config, batch));
            ARGOSY_CHECK_OK(internal::InsertDocuments(db, collection, batch));
            batch.clear();
            return {};
        };
        const auto on_config = [&](const CollectionConfig& config) -> Result<void> {
            CollectionConfig renamed = config;
            renamed.name = name;
            ARGOSY_CHECK_OK(CheckConfig(renamed));
            ARGOSY_TRY(collection, internal::MakeCollection(db, renamed));
            return {};
        };
        const auto on_document = [&](StoredDocument&& document) -> Result<void> {
            batch.push_back(std::move(document));
            return batch.size() < kPage ? Result<void>() : flush();
        };
        ARGOSY_CHECK_OK(ReadExport(from, on_config, on_document));
        return flush();
    });
}

}  // namespace

Result<std::unique_ptr<Store>> OpenPgvectorStore(const std::string& url) {
    if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
        return Err(ErrorCode::kInvalidArgument,
                   "a pgvector store's URL is postgresql://user@host:port/database, not one of "
                   "\"{}\"",
                   url.substr(0, url.find(':')));
    }
    auto store = std::make_unique<PgvectorStore>(url);
    ARGOSY_CHECK_OK(store->Prepare());
    return store;
}

}  // namespace argosy::retrieval
