// Where sentences end. Rules after Unicode's UAX #29 with what it leaves to the implementation:
// abbreviations, initials, list numbers. A blank line ends a sentence too.
#pragma once

#include <string_view>
#include <vector>

#include "retrieval/split/text_span.h"

namespace argosy::retrieval {

/// The sentences, each with the white space after it: neighbours that together cover the text.
std::vector<Span> FindSentences(std::string_view text);

/// Whether the full stop after this word is part of it ("Dr", "e.g", "J", "U.S") rather than the
/// end of a sentence.
bool IsAbbreviation(std::string_view word);

}  // namespace argosy::retrieval
