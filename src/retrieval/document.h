// What retrieval works on: a document as its loader read it, and the pieces that are indexed.
#pragma once

#include <cstddef>
#include <string>

#include "base/json.h"

namespace argosy::retrieval {

struct Document {
    /// The same for the same thing at each load: of a table's row its key column, else the source
    /// with the row's number or the page's.
    std::string id;
    /// Where it came from: a path or URI, with "#row=12" or "#page=3" where it is part of a file.
    std::string source;
    std::string title;  // may be empty
    std::string text;   // UTF-8
    /// What filters and answers may use: columns of a table, front matter of a page.
    json::object metadata;
};

struct Chunk {
    std::string id;  // document_id + "#" + its number, from 0
    std::string document_id;
    size_t begin = 0;  // bytes into the document's text
    std::string text;
    /// The document's, with "source" and "title" added.
    json::object metadata;
};

}  // namespace argosy::retrieval
