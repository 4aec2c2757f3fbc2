// Knowledge bases over HTTP; docs/console.md has the shapes.
//
//   GET    /v1/knowledge_bases                            {"data": [...]}
//   GET    /v1/knowledge_bases/{name}
//   PUT    /v1/knowledge_bases/{name}                     {"embedding"?, "splitter"?, ...}
//   DELETE /v1/knowledge_bases/{name}
//   POST   /v1/knowledge_bases/{name}/documents?filename= the file's bytes
//   GET    /v1/knowledge_bases/{name}/documents?limit=&after=
//   DELETE /v1/knowledge_bases/{name}/documents/{id}
//   POST   /v1/knowledge_bases/{name}/search              {"query", "limit"?, "filter"?}
//   POST   /v1/knowledge_bases/{name}/ingest              {"uri"?}
//   GET    /v1/knowledge_bases/{name}/snapshot            a file
//   POST   /v1/knowledge_bases/{name}/restore             that file's bytes
//
// What takes in documents answers with server-sent events "progress", then "done" (the report) or
// "error"; with ?stream=false with the report alone. A client that leaves ends its ingest; what was
// stored until then stays.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "serve/api_server.h"
#include "serve/knowledge/knowledge_set.h"

namespace argosy::serve {

struct KnowledgeFaceOptions {
    unsigned workers = 4;         // searches and the like at once
    unsigned ingest_workers = 2;  // ingests, snapshots and restores at once
    size_t max_waiting = 64;      // further requests of each sort; beyond it 429
    size_t max_upload_bytes = size_t{64} << 20;
    /// Opens a knowledge base that a caller asks for; `embedding_model` is the name that it wrote.
    /// Empty: 501.
    std::function<Result<KnowledgeEntry>(retrieval::KnowledgeBaseOptions)> create = {};
    /// Told after one was deleted.
    std::function<void(const std::string& name)> deleted = {};
};

/// Thread-safe. Outlives the server that has its routes.
class KnowledgeFace {
  public:
    KnowledgeFace(std::shared_ptr<KnowledgeSet> set, KnowledgeFaceOptions options);
    /// Ends what is running.
    ~KnowledgeFace();

    /// For ApiOptions.
    std::vector<ExtraRoute> Routes();
    /// For a server of one's own, without keys.
    void AddTo(Router& router);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy::serve
