// The outline of a Markdown text: headings, fenced code and what stands between blank lines. Enough
// of CommonMark to cut a page at the right places; inline markup is left as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "retrieval/split/text_span.h"

namespace argosy::retrieval {

struct MarkdownBlock {
    enum class Kind { kHeading, kFence, kText };
    Kind kind = Kind::kText;
    Span span;          // with the blank lines after it; blocks are neighbours without gaps
    int level = 0;      // of a heading: 1 to 6
    std::string title;  // of a heading
};

/// The blocks cover the text. A fence without an end runs to the end, as CommonMark has it.
std::vector<MarkdownBlock> ParseMarkdownBlocks(std::string_view text);

}  // namespace argosy::retrieval
