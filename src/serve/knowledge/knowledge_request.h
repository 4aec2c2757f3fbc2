// Requests about knowledge bases as values, and what a search found as JSON.
#pragma once

#include <chrono>
#include <string>

#include "net/exchange.h"
#include "retrieval/knowledge/knowledge_base.h"
#include "serve/api_error.h"

namespace argosy::serve {

struct KnowledgeQuery {
    std::string query;
    size_t limit = 0;  // 0: what the knowledge base's options say
    retrieval::Filter filter;
};

/// {"query", "limit"?, "filter"?}; the filter as Qdrant writes it.
ApiResult<KnowledgeQuery> ParseKnowledgeQuery(const json::object& body);

/// {"embedding"?, "splitter"?: {"kind"?, "size"?, "overlap"?}, "limit"?, "id_column"?,
/// "title_column"?, "text_columns"?}: a knowledge base without sources; the columns are those of
/// tables that will be uploaded. What it does not know it refuses.
ApiResult<retrieval::KnowledgeBaseOptions> ParseKnowledgeBase(std::string name,
                                                              const json::object& body);

/// ?limit=&after=
struct PageQuery {
    size_t limit = 50;
    std::string after;
};
ApiResult<PageQuery> ParsePage(const ServerRequest& request);

/// {"hits", "filter", "dropped_filter", "missing", "explanation", "took_ms"}.
json::object FoundJson(const retrieval::FoundPassages& found, std::chrono::nanoseconds took);

}  // namespace argosy::serve
