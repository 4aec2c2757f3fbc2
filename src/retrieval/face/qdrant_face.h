// A store of ours that speaks Qdrant's REST API, so that programs written for Qdrant (its client
// libraries, LangChain, LlamaIndex) work against it as they are.
//
//     QdrantFace face(store, {.snapshots = "/var/lib/argosy/snapshots"});
//     Router router;
//     face.AddTo(router);
//
// Spoken: collections with one dense vector (named or not) and any number of sparse ones; points
// upserted, read, scrolled, counted, deleted, their payloads changed; queries by vector, by point,
// fused by rank from prefetches, with filters, thresholds and offsets; snapshots. What else Qdrant
// knows (multivectors, groups, recommendations, geo conditions, shards, aliases) is answered by an
// error that says so. It has the collections that it made: those of knowledge bases are not shown.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "net/router.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval {

struct FaceOptions {
    /// What clients must send as "api-key" or as a bearer token; empty: nothing.
    std::string api_key = {};
    std::filesystem::path snapshots = {};  // the folder of snapshots; empty: there are none
    unsigned workers = 4;                  // requests worked on at once
    size_t max_waiting = 1024;             // further ones; beyond it 503
};

/// Thread-safe. Outlives the server that has its routes; the store outlives it, and while it lives
/// nothing else writes to its collections.
class QdrantFace {
  public:
    QdrantFace(Store& store, FaceOptions options);
    /// Ends what is being worked on first.
    ~QdrantFace();

    /// A router of the face's own: its paths begin at "/".
    void AddTo(Router& router);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy::retrieval
