// The store in a Qdrant server (1.10 or newer) by its REST API.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

struct QdrantOptions {
    std::string url;           // http://qdrant:6333
    std::string api_key = {};  // sent as "api-key", told to no one else
    size_t batch = 256;        // points in a request
    int tries = 5;             // of a request that an overloaded or restarting server refuses
    std::chrono::milliseconds first_wait{200};  // before the second try; doubles for each further
    std::chrono::milliseconds timeout{std::chrono::seconds(60)};  // of a request
    /// Waits between tries; empty: sleeps.
    std::function<void(std::chrono::milliseconds)> wait = {};
};

/// A chunk is a point with the dense vector "dense" and the sparse vector "bm25": the part of BM25
/// that the chunk knows by itself, its terms as hashes; the server adds the part of the collection
/// (modifier idf). As no server knows the collection's mean length, a chunk of kMeanTerms terms
/// counts as of middle length, so scores differ a little from the embedded store's. A search asks
/// for both lists in one request and fuses them here.
///
/// What a server without transactions cannot promise: readers may see a document half replaced
/// while an Upsert runs, and one that breaks off leaves a document whose hash is the old one, which
/// the next ingest writes again. Pages of a Scroll come in the order of the points' ids. Vectors
/// compared by cosine come back with length 1. A filter's `text` needs a full-text index on
/// "metadata.FIELD" (without one Qdrant looks for the text as it is), and `except` takes texts only
/// or whole numbers only (kUnsupported). A snapshot is Qdrant's own, for a Qdrant of that version.
Result<std::unique_ptr<Store>> OpenQdrantStore(QdrantOptions options);

}  // namespace argosy::retrieval
