// Where the pieces of a knowledge base are kept and searched. One interface, so that the embedded
// store, Qdrant and PostgreSQL answer to one test suite.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "retrieval/document.h"
#include "retrieval/index/filter.h"
#include "retrieval/index/hnsw.h"
#include "retrieval/index/lexical_index.h"
#include "retrieval/index/payload_index.h"

namespace argosy::retrieval {

struct CollectionConfig {
    std::string name;  // letters, digits, '_', '-' and '.', at most 128, not beginning with '.'
    size_t dimensions = 0;  // of the vectors; 0: no vectors, lexical search only
    Metric metric = Metric::kCosine;
    Bm25 bm25 = {};
    HnswOptions hnsw = {};
    /// Kept as they are, for whoever made the collection.
    json::object labels = {};
};

struct StoredChunk {
    Chunk chunk;
    std::vector<float> vector = {};  // CollectionConfig::dimensions finite floats
};

/// One document as it is now: what was stored for its id before is replaced.
struct StoredDocument {
    std::string id;
    std::string hash;  // of its content, for incremental ingest
    std::vector<StoredChunk> chunks;
};

struct SearchRequest {
    std::string text = {};           // empty: no lexical search
    std::vector<float> vector = {};  // empty: no dense search
    Filter filter = {};
    size_t limit = 10;
    size_t beam = 128;       // of the dense search
    double text_weight = 1;  // in the fusion of the two
    double vector_weight = 1;
    bool with_vectors = false;  // give the hits' vectors too
};

struct SearchHit {
    Chunk chunk;
    /// Of the one search asked for, or of the fusion of both; higher is better.
    float score = 0;
    std::optional<float> text_score = {}, vector_score = {};  // where the search found it
    std::vector<float> vector = {};
};

struct SearchResult {
    std::vector<SearchHit> hits;  // best first
    size_t matching = 0;          // chunks that pass the filter
    bool exact = false;           // the dense search compared every one of them
};

struct ScrollPage {
    std::vector<StoredChunk> chunks;  // in the order of their arrival
    std::optional<std::string> next;  // what to pass as `from`; nothing at the end
};

/// Thread-safe. Errors: kNotFound for an unknown collection, kInvalidArgument for a wrong name,
/// vector or filter, kUnavailable where a server cannot be reached, kInternal from the disk.
class Store {
  public:
    virtual ~Store() = default;

    /// kAlreadyExists where there is one of that name.
    virtual Result<void> CreateCollection(const CollectionConfig& config) = 0;
    virtual Result<void> DropCollection(const std::string& name) = 0;
    virtual Result<std::vector<CollectionConfig>> Collections() = 0;

    /// Durable when it returns; each document is replaced whole or not at all.
    virtual Result<void> Upsert(const std::string& collection,
                                std::span<const StoredDocument> documents) = 0;
    /// The number of documents that were there.
    virtual Result<size_t> Delete(const std::string& collection,
                                  std::span<const std::string> document_ids) = 0;
    /// Hash of each stored document by its id.
    virtual Result<std::map<std::string, std::string>> DocumentHashes(
        const std::string& collection) = 0;

    /// The chunks of those documents that are there, a document's in their order; without their
    /// vectors where not asked for.
    virtual Result<std::vector<StoredChunk>> Read(const std::string& collection,
                                                  std::span<const std::string> document_ids,
                                                  bool with_vectors) = 0;

    /// min(limit, matches) hits of a dense search; of a lexical one those with a word of the
    /// question.
    virtual Result<SearchResult> Search(const std::string& collection,
                                        const SearchRequest& request) = 0;
    /// Chunks that pass the filter, from a page's `next` (empty: from the beginning).
    virtual Result<ScrollPage> Scroll(const std::string& collection, const Filter& filter,
                                      size_t limit, const std::string& from) = 0;
    virtual Result<size_t> Count(const std::string& collection, const Filter& filter) = 0;
    /// What the metadata holds, for self-query.
    virtual Result<std::vector<FieldSummary>> Fields(const std::string& collection) = 0;

    /// Writes all of a collection into one file.
    virtual Result<void> Snapshot(const std::string& collection,
                                  const std::filesystem::path& to) = 0;
    /// Makes the collection `name` of a snapshot's file; kAlreadyExists where there is one.
    virtual Result<void> Restore(const std::string& name, const std::filesystem::path& from) = 0;
};

}  // namespace argosy::retrieval
