#include <optional>
#include <utility>

#include "model/tokenizers/pre_tokenizer.h"
#include "model/tokenizers/regex.h"
#include "model/tokenizers/word_patterns.h"

namespace argosy::tokenizers {

namespace {

class RegexSplit final : public PreTokenizer {
  public:
    RegexSplit(Regex regex, SplitBehavior behavior, bool invert)
        : regex_(std::move(regex)), behavior_(behavior), invert_(invert) {}

    void Split(Piece piece, PieceSink& sink) const override {
        std::vector<Part> parts;
        size_t done = 0;
        regex_.ForEachMatch(piece.text, [&](size_t begin, size_t end) {
            if (begin > done) parts.push_back({done, begin, invert_});
            parts.push_back({begin, end, !invert_});
            done = end;
        });
        if (done < piece.text.size()) parts.push_back({done, piece.text.size(), invert_});
        SplitParts(piece, parts, behavior_, sink);
    }

  private:
    Regex regex_;
    SplitBehavior behavior_;
    bool invert_;
};

/// A known pattern whose matches cover any text: each is a piece.
class WordSplit final : public PreTokenizer {
  public:
    explicit WordSplit(WordPattern pattern) : pattern_(pattern) {}

    void Split(Piece piece, PieceSink& sink) const override {
        for (size_t at = 0; at < piece.text.size();) {
            const size_t end = EndOfWord(pattern_, piece.text, at);
            sink.Take({piece.text.substr(at, end - at), piece.at_start && at == 0});
            at = end;
        }
    }

  private:
    WordPattern pattern_;
};

}  // namespace

Result<std::unique_ptr<PreTokenizer>> MakeRegexSplit(std::string_view pattern,
                                                     SplitBehavior behavior, bool invert) {
    const std::optional<WordPattern> known = KnownWordPattern(pattern);
    // Matches cover the text, so what is kept is the same for Isolated and for inverted Removed.
    const bool each =
        (behavior == SplitBehavior::kIsolated) || (behavior == SplitBehavior::kRemoved && invert);
    if (known && each) return std::make_unique<WordSplit>(*known);
    ARGOSY_TRY(Regex regex, Regex::Compile(pattern));
    return std::make_unique<RegexSplit>(std::move(regex), behavior, invert);
}

}  // namespace argosy::tokenizers
