// Tokens of a text in which some byte ranges are answers. Private to ExampleRenderer.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "lifecycle/render_example.h"
#include "model/tokenizer.h"

namespace argosy::lifecycle::internal {

struct Span {
    size_t begin = 0, end = 0;  // bytes, or tokens
};

struct SpannedTokens {
    std::vector<TokenId> tokens;
    std::vector<Span> answers;  // tokens
    bool exact = true;          // each answer begins and ends at an edge of a token
};

/// Encodes as one text; where an edge falls within a token, piece by piece, provided that this
/// stands for the same text. The answers are in order, without overlaps.
SpannedTokens EncodeSpans(const Tokenizer& tokenizer, std::string_view text,
                          const std::vector<Span>& answers, bool add_special);

}  // namespace argosy::lifecycle::internal
