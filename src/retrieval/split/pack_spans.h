// Packs parts of a text that should stay whole (sentences, blocks of a page) into chunks.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "retrieval/split/recursive_options.h"
#include "retrieval/split/text_span.h"

namespace argosy::retrieval {

/// `parts` are neighbours without gaps. Gives ranges of at most options.chunk_size code points
/// (white space at their edges not counted where it is stripped) that together cover the parts;
/// each begins with the last whole parts of the one before that fit into options.chunk_overlap. A
/// part that is longer than a chunk is cut as CutStrictly does.
std::vector<Span> PackSpans(std::string_view text, std::span<const Span> parts,
                            const RecursiveOptions& options);

}  // namespace argosy::retrieval
