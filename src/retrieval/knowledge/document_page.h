// The documents of a collection, a page at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

struct DocumentInfo {
    std::string id, source, title;
    size_t chunks = 0;
};

struct DocumentPage {
    std::vector<DocumentInfo> documents;  // in the order of their arrival
    std::optional<std::string> next;      // what to pass as `after`; nothing at the end

    json::object ToJson() const;
};

/// Documents that have at least one chunk. kInvalidArgument where `after` is no page's `next`.
Result<DocumentPage> ListDocuments(Store& store, const std::string& collection, size_t limit,
                                   const std::string& after);

}  // namespace argosy::retrieval
