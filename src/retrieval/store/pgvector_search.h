// Searches of a store in PostgreSQL. Private to PgvectorStore; runs within the caller's
// transaction.
#pragma once

#include "retrieval/store/pgvector_tables.h"

namespace argosy::retrieval::internal {

Result<size_t> CountMatching(PostgresConnection& db, const PgCollection& collection,
                             const Filter& filter);

/// By words, by vector or by both, as SearchRequest says.
Result<SearchResult> SearchCollection(PostgresConnection& db, const PgCollection& collection,
                                      const SearchRequest& request);

}  // namespace argosy::retrieval::internal
