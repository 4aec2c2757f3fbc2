// What an assistant knows, behind one question: retrieval's index (joined, reranked) or anything
// else that finds passages.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace argosy::assistant {

struct Passage {
    std::string id;
    std::string text;
    std::string title;
    std::string source;     // a path or URI, with its row or page
    json::object metadata;  // a table's columns, a page's front matter
    double score = 0;       // higher fits better
};

struct Passages {
    std::vector<Passage> list;  // the best first
    /// What the question asked for and nothing meets ("grey"): the passages are the nearest.
    std::vector<std::string> missing = {};
    json::value explanation = {};  // of filters and order, for the trace; null: none
};

/// Thread-safe.
class Searcher {
  public:
    virtual ~Searcher() = default;
    /// At most `limit`; rerankers run inside. Blocks. Errors: the index's.
    virtual Result<Passages> Search(const std::string& question, size_t limit) const = 0;
};

}  // namespace argosy::assistant
