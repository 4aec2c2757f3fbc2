#include "model/tokenizers/wordpiece_model.h"

#include <algorithm>

#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

class WordPiece final : public TokenModel {
  public:
    WordPiece(const Vocabulary& vocabulary, const WordPieceOptions& options) : options_(options) {
        for (TokenId id = 0; id < vocabulary.size(); ++id) {
            const std::string_view text = vocabulary.Text(id);
            if (text.empty() || vocabulary.Kind(id) == TokenKind::kUnused) continue;
            if (!options.begin_mark.empty()) {
                if (text.starts_with(options.begin_mark)) {
                    Add(beginnings_, text.substr(options.begin_mark.size()), id);
                } else if (vocabulary.Kind(id) == TokenKind::kNormal) {
                    Add(continuations_, text, id);
                }
                continue;
            }
            Add(beginnings_, text, id);
            if (text.starts_with(options.continuing_prefix)) {
                Add(continuations_, text.substr(options.continuing_prefix.size()), id);
            }
        }
    }

    void Tokenize(std::string_view word, std::vector<TokenId>& out) const override {
        const size_t before = out.size();
        if (CountCharacters(word) <= options_.max_characters) {
            size_t at = 0;
            while (at < word.size()) {
                const StringIds& tokens = at == 0 ? beginnings_ : continuations_;
                size_t end = std::min(word.size(), at + longest_);
                while (end < word.size() && IsInside(word[end])) --end;
                TokenId id = -1;
                while (end > at && (id = tokens.Find(word.substr(at, end - at))) < 0) {
                    end = PreviousCharacter(word, end);
                }
                if (id < 0) break;
                out.push_back(id);
                at = end;
            }
            if (at == word.size()) return;
        }
        out.resize(before);
        if (options_.unknown >= 0) out.push_back(options_.unknown);
    }

  private:
    static bool IsInside(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }
    static size_t CountCharacters(std::string_view word) {
        return static_cast<size_t>(
            std::count_if(word.begin(), word.end(), [](char c) { return !IsInside(c); }));
    }
    void Add(StringIds& tokens, std::string_view text, TokenId id) {
        if (text.empty()) return;
        tokens.Add(text, id);
        longest_ = std::max(longest_, text.size());
    }

    WordPieceOptions options_;
    StringIds beginnings_, continuations_;
    size_t longest_ = 0;
};

}  // namespace

std::unique_ptr<TokenModel> MakeWordPiece(const Vocabulary& vocabulary,
                                          const WordPieceOptions& options) {
    return std::make_unique<WordPiece>(vocabulary, options);
}

}  // namespace argosy::tokenizers
