// Joins neighbouring pieces of a text into chunks: the second half of RecursiveSplitter.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "retrieval/split/recursive_options.h"
#include "retrieval/split/text_span.h"

namespace argosy::retrieval {

struct Piece {
    Span span;
    size_t length = 0;  // code points
};

struct MergedText {
    std::string text;
    size_t begin = 0;  // of its first byte, in the document
};

/// Adds to `chunks` the pieces joined by `glue` up to options.chunk_size code points; a chunk
/// begins with those last pieces of the one before that together have at most
/// options.chunk_overlap. Chunks that are all white space are left out where it is stripped.
void MergePieces(std::string_view text, std::span<const Piece> pieces, std::string_view glue,
                 const RecursiveOptions& options, std::vector<MergedText>& chunks);

}  // namespace argosy::retrieval
