// What a knowledge base is made of: plain values, filled by whoever reads the application's file,
// and the parts that it stands on.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/tokenizer.h"
#include "retrieval/embedder.h"
#include "retrieval/load/load_options.h"
#include "retrieval/reranker.h"
#include "retrieval/search/search_settings.h"
#include "retrieval/split/make_splitter.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// A source as LoadDocuments takes it.
struct SourceOptions {
    std::string uri;          // a path, folder, pattern, http(s):// or s3://
    LoadOptions load = {};    // its on_progress is the knowledge base's to set
    json::object metadata{};  // added to each document's; the document's own wins
};

struct SplitterOptions {
    SplitterKind kind = SplitterKind::kRecursive;
    size_t size = 500;  // characters; tokens for kToken
    size_t overlap = 50;
};

/// What is done about personal data (lifecycle/pii.h) before anything is stored.
enum class PiiPolicy {
    kKeep,
    kMask,
    kRefuse,  // the document is left out, and reported
};

struct KnowledgeBaseOptions {
    std::string name;  // and its collection's, see CollectionConfig
    std::vector<SourceOptions> sources = {};
    SplitterOptions splitter = {};
    /// Says which model makes the vectors; another name makes them all anew. Empty without one.
    std::string embedding_model = {};
    /// Changes with whatever else decides on the vectors: the model's file, a prefix of passages.
    std::string embedding_version = {};
    SearchSettings search = {};
    size_t limit = 5;                      // passages of a search that names no number
    std::optional<double> min_score = {};  // passages below it, by the last stage, are left out
    PiiPolicy pii = PiiPolicy::kKeep;
    /// Ingest() deletes the documents of sources that were once among `sources` and are no more.
    bool prune = true;
    size_t batch_chunks = 64;  // embedded and stored at once
    /// How uploads and addresses that callers name are read.
    LoadOptions uploads = {};
};

struct KnowledgeParts {
    std::shared_ptr<Store> store;
    std::shared_ptr<const Embedder> embedder = {};    // null: search by words only
    std::shared_ptr<const Reranker> reranker = {};    // may be null
    std::shared_ptr<const Tokenizer> tokenizer = {};  // for SplitterKind::kToken
};

}  // namespace argosy::retrieval
