// Added tokens (special ones, and those users added): found in the text before anything else is
// done to it, the longest at the leftmost place, as Hugging Face's AddedVocabulary does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/tokenizer.h"

namespace argosy::tokenizers {

struct AddedToken {
    std::string text;
    TokenId id = -1;
    bool special = false;      // plain text where the caller says parse_special = false
    bool normalized = false;   // looked for in the normalised text
    bool lstrip = false;       // takes the spaces before it along
    bool rstrip = false;       // and those behind it
    bool single_word = false;  // not within a word
};

/// Longer ones are refused, which bounds the cost of looking for them.
inline constexpr size_t kMaxAddedTokenBytes = 1024;

/// A part of a text: plain where id is -1.
struct Segment {
    size_t begin, end;
    TokenId id;
};

class AddedTokens {
  public:
    /// `tokens`: their texts as they are to be found. Error: a text too long.
    static Result<AddedTokens> Create(std::vector<AddedToken> tokens);

    bool empty() const { return tokens_.empty(); }
    /// Segments in order that cover `text`, but for spaces that a token took along.
    std::vector<Segment> Find(std::string_view text, bool parse_special) const;

  private:
    struct Node {
        std::vector<std::pair<unsigned char, uint32_t>> children;
        int32_t token = -1;
    };
    const AddedToken* LongestAt(std::string_view text, size_t at) const;

    std::vector<AddedToken> tokens_;
    std::vector<Node> nodes_;
    bool first_bytes_[256] = {};
};

}  // namespace argosy::tokenizers
