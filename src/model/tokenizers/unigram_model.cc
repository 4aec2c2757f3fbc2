#include "model/tokenizers/unigram_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "model/tokenizers/byte_alphabet.h"
#include "model/tokenizers/prefix_trie.h"
#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

constexpr double kUnknownPenalty = 10.0;  // below the lowest score, as in SentencePiece

class Unigram final : public TokenModel {
  public:
    Unigram(const Vocabulary& vocabulary, std::vector<double> scores, const UnigramOptions& options)
        : vocabulary_(vocabulary), scores_(std::move(scores)), options_(options) {
        byte_tokens_.fill(-1);
        std::vector<PrefixTrie::Key> keys;
        for (size_t i = 0; i < scores_.size(); ++i) {
            const auto id = static_cast<TokenId>(i);
            const std::string& text = vocabulary.Text(id);
            unknown_score_ = std::min(unknown_score_, scores_[i]);
            if (vocabulary.Kind(id) == TokenKind::kUnused || text.empty()) continue;
            const int byte = ByteOfHexToken(text);
            if (byte >= 0) byte_tokens_[static_cast<size_t>(byte)] = id;
            keys.push_back({text, id});
        }
        unknown_score_ -= kUnknownPenalty;
        trie_ = PrefixTrie(std::move(keys));
    }

    void Tokenize(std::string_view text, std::vector<TokenId>& out) const override {
        std::vector<Node> best(text.size() + 1);
        for (size_t at = 0; at < text.size();) {
            const size_t length = std::min(Utf8Length(text[at]), text.size() - at);
            const double score = best[at].score;
            bool whole_character = false;
            trie_.Walk(text.substr(at), [&](size_t bytes, TokenId id) {
                best[at + bytes].Offer(score + scores_[static_cast<size_t>(id)], at, id);
                whole_character |= bytes == length;
            });
            if (!whole_character) {
                best[at + length].Offer(score + unknown_score_, at, options_.unknown);
            }
            at += length;
        }
        WritePath(text, best, out);
    }

  private:
    struct Node {
        double score = 0;
        size_t begin = kNowhere;  // of the token that ends here
        TokenId id = -1;

        void Offer(double offered, size_t from, TokenId token) {
            if (begin != kNowhere && !(offered > score)) return;
            *this = {offered, from, token};
        }
    };
    static constexpr size_t kNowhere = SIZE_MAX;

    /// Neighbouring unknown tokens are one.
    void WritePath(std::string_view text, const std::vector<Node>& best,
                   std::vector<TokenId>& out) const {
        std::vector<size_t> ends;
        for (size_t end = text.size(); end > 0 && best[end].begin != kNowhere;
             end = best[end].begin) {
            ends.push_back(end);
        }
        for (size_t i = ends.size(); i-- > 0;) {
            const Node& node = best[ends[i]];
            if (node.id != options_.unknown) {
                out.push_back(node.id);
                continue;
            }
            const size_t begin = node.begin;
            while (i > 0 && best[ends[i - 1]].id == options_.unknown) --i;
            WriteUnknown(text.substr(begin, ends[i] - begin), out);
        }
    }

    void WriteUnknown(std::string_view text, std::vector<TokenId>& out) const {
        // The unknown token's own name, for one, is no unknown text.
        const TokenId known = vocabulary_.Find(text);
        if (known >= 0 && static_cast<size_t>(known) < scores_.size()) {
            out.push_back(known);
            return;
        }
        const auto token = [&](char c) { return byte_tokens_[static_cast<unsigned char>(c)]; };
        const bool as_bytes = options_.byte_fallback &&
                              std::ranges::all_of(text, [&](char c) { return token(c) >= 0; });
        if (as_bytes) {
            for (const char c : text) out.push_back(token(c));
        } else if (options_.unknown >= 0) {
            out.push_back(options_.unknown);
        }
    }

    const Vocabulary& vocabulary_;
    std::vector<double> scores_;
    UnigramOptions options_;
    std::array<TokenId, 256> byte_tokens_;
    PrefixTrie trie_;
    double unknown_score_ = 1e300;
};

}  // namespace

Result<std::unique_ptr<TokenModel>> MakeUnigram(const Vocabulary& vocabulary,
                                                std::vector<double> scores,
                                                const UnigramOptions& options) {
    scores.resize(std::min(scores.size(), static_cast<size_t>(vocabulary.size())));
    for (size_t i = 0; i < scores.size(); ++i) {
        if (!std::isfinite(scores[i])) {
            return Err(ErrorCode::kCorrupt, "token {} has the score {}", i, scores[i]);
        }
    }
    return std::make_unique<Unigram>(vocabulary, std::move(scores), options);
}

}  // namespace argosy::tokenizers
