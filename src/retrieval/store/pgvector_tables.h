// The tables of a store in PostgreSQL. Private to PgvectorStore.
//
//   argosy_collections   name, settings, and the statistics that BM25 needs (chunks, their terms)
//   argosy_N_documents   id, hash
//   argosy_N_chunks      key (rising), text, metadata (jsonb), vector
//   argosy_N_terms       how often each term stands in each chunk
//
// Functions here run within the caller's transaction.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/postgres.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval::internal {

/// pgvector's largest vector, and the largest that its index takes: beyond it searches compare all.
constexpr size_t kMaxPgvectorDimensions = 16000;
constexpr size_t kMaxIndexedDimensions = 2000;

struct PgCollection {
    int64_t number = 0;  // N
    CollectionConfig config;
    int64_t chunks = 0;
    int64_t terms = 0;

    std::string Table(std::string_view what) const {
        return fmt::format("argosy_{}_{}", number, what);
    }
};

/// pgvector's operator for a metric, the class of its index, and our score of its distance.
const char* DistanceOperator(Metric metric);
float ScoreOf(Metric metric, double distance);
/// "[1,2.5]", as pgvector reads it.
std::string VectorText(std::span<const float> vector);

/// The extension and the list of collections.
Result<void> MakeSchema(PostgresConnection& db);
/// kAlreadyExists where there is one of that name.
Result<PgCollection> MakeCollection(PostgresConnection& db, const CollectionConfig& config);
/// kNotFound. `writing`: others that write wait until this transaction ends.
Result<PgCollection> FindCollection(PostgresConnection& db, const std::string& name, bool writing);
Result<void> DropTables(PostgresConnection& db, const PgCollection& collection);

/// The number of documents that were there.
Result<size_t> RemoveDocuments(PostgresConnection& db, const PgCollection& collection,
                               std::span<const std::string> ids);
Result<void> InsertDocuments(PostgresConnection& db, const PgCollection& collection,
                             std::span<const StoredDocument> documents);

/// What to SELECT of a chunk `c`, from column `first` of the result on.
std::string ChunkColumns(bool with_vector);
Result<StoredChunk> ChunkAt(const PostgresRows& rows, int row, int first, bool with_vector);

}  // namespace argosy::retrieval::internal
