// Cuts documents into the chunks that are embedded and found. One interface, one kind a file:
// recursive_splitter.h, strict_splitter.h, markdown_splitter.h, sentence_splitter.h,
// token_splitter.h, row_splitter.h; make_splitter.h chooses by name.
#pragma once

#include <string>
#include <vector>

#include "retrieval/document.h"

namespace argosy::retrieval {

/// Thread-safe.
class Splitter {
  public:
    virtual ~Splitter() = default;
    /// The chunks in the order of the text; none for an empty text. Each chunk's `begin` is where
    /// its first byte stands in document.text.
    virtual std::vector<Chunk> Split(const Document& document) const = 0;
};

/// Chunk `number` of a document: its id and metadata filled in.
Chunk MakeChunk(const Document& document, size_t number, size_t begin, std::string text);

}  // namespace argosy::retrieval
