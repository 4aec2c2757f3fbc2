// Tokens back to text, one at a time: tokenizer.json's decoder as steps on each token's text, a way
// to join them, and what is stripped from the beginning.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/tokenizer.h"
#include "model/tokenizers/regex.h"

namespace argosy::tokenizers {

/// One change of a token's text.
struct DecodeStep {
    enum class Kind {
        kReplace,       // `from` (or `regex`) becomes `to`
        kStrip,         // up to `left` and `right` times `from` at the ends
        kMetaspace,     // `from` becomes a space; in the first token nothing where `flag`
        kWordPiece,     // prefix `from` goes, else a space comes in front; clean-up where `flag`
        kMarkedWords,   // prefix `from` is a space, but not in the first token, where what has no
                        // prefix gets `to`; clean-up as above
        kSpaceBetween,  // a space before each token but the first
        kSuffix,        // `from` becomes a space
    };
    Kind kind;
    std::string from, to;
    std::optional<Regex> regex;
    bool flag = false;
    size_t left = 0, right = 0;
};

struct DecoderSpec {
    enum class Join {
        kText,       // texts one after another
        kByteLevel,  // characters of byte_alphabet.h are bytes of one long text
        kByteRuns,   // <0x..> tokens are bytes: U+FFFD for each of a run that is no UTF-8
    };
    std::vector<DecodeStep> steps;
    Join join = Join::kText;
    char strip = 0;  // at the beginning of the whole, up to strip_count of this
    size_t strip_count = 0;
};

class TokenDecoder {
  public:
    explicit TokenDecoder(DecoderSpec spec) : spec_(std::move(spec)) {}

    /// The bytes of a token that is not the first, from its text as stored; `is_byte` for tokens
    /// like <0x0A>.
    std::string Bytes(std::string_view token, bool first, bool& is_byte) const;
    /// Appends to `out` what is certain after one token more. `bytes` as Bytes gives them.
    void Push(DecodeState& state, std::string_view bytes, bool is_byte, std::string& out) const;
    void Finish(DecodeState& state, std::string& out) const;
    /// Whether the first token's text differs from what it is elsewhere.
    bool first_differs() const { return first_differs_; }

  private:
    void Apply(const DecodeStep& step, std::string& text, bool first) const;
    void FlushRun(DecodeState& state, std::string& out) const;
    void Append(DecodeState& state, std::string_view text, std::string& out) const;

    DecoderSpec spec_;
    bool first_differs_ = FirstDiffers();
    bool FirstDiffers() const;
};

}  // namespace argosy::tokenizers
