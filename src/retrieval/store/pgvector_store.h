// The store in PostgreSQL with the extension pgvector (0.5 or newer, for its hnsw index).
#pragma once

#include <memory>
#include <string>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// Makes what it needs in the database: tables whose names begin with argosy_. `url` is
/// postgresql://user:password@host:port/database. Lexical search is our own BM25 over the terms of
/// each chunk, kept in a table; its scores are the embedded store's. Each Upsert, Delete and Search
/// is one transaction; writers of one collection take turns. A snapshot is a file of JSON lines.
/// Errors: those of base/postgres.h.
Result<std::unique_ptr<Store>> OpenPgvectorStore(const std::string& url);

}  // namespace argosy::retrieval
