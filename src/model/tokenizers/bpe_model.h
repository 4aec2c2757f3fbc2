// Byte-pair encoding: over bytes (GPT-2 and its heirs) or over characters (SentencePiece), merged
// by the rank of pairs (tokenizer.json, GPT-2) or by the score of the result (SentencePiece
// models).
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/tokenizers/merge_table.h"
#include "model/tokenizers/token_model.h"
#include "model/tokenizers/vocabulary.h"

namespace argosy::tokenizers {

struct BpeOptions {
    bool bytes = true;           // symbols are bytes rather than characters
    bool ignore_merges = false;  // a word that is a token is taken whole
    bool byte_fallback = false;  // characters that are no token become <0x..> tokens
    bool fuse_unknown = false;   // neighbouring unknown characters are one unknown token
    TokenId unknown = -1;        // dropped where there is none
    std::string continuing_prefix, end_suffix;
};

class BpeModel final : public TokenModel {
  public:
    /// Of pairs of token texts, best first. Error kCorrupt naming the merge whose parts or result
    /// are no tokens (`skip_bad`: leaves it out instead).
    static Result<std::unique_ptr<BpeModel>> FromMerges(
        const Vocabulary& vocabulary, BpeOptions options,
        const std::vector<std::pair<std::string_view, std::string_view>>& merges, bool skip_bad);
    /// Of scores by id; the highest merges first.
    static std::unique_ptr<BpeModel> FromScores(const Vocabulary& vocabulary, BpeOptions options,
                                                const std::vector<double>& scores);

    void Tokenize(std::string_view word, std::vector<TokenId>& out) const override;

  private:
    BpeModel(const Vocabulary& vocabulary, BpeOptions options);
    void FindSpaceCuts();
    void TokenizePart(std::string_view part, std::vector<TokenId>& out) const;
    void MergeWord(std::string_view part, std::vector<Symbol>& symbols) const;
    void StartWithBytes(std::string_view part, std::vector<Symbol>& symbols) const;
    void StartWithCharacters(std::string_view part, std::vector<Symbol>& symbols) const;
    void EndWithBytes(std::string_view part, const Symbol& symbol, std::vector<TokenId>& out) const;
    bool AppendByteTokens(std::string_view character, uint32_t begin,
                          std::vector<Symbol>& symbols) const;

    const Vocabulary& vocabulary_;
    BpeOptions options_;
    std::vector<std::string> byte_texts_;  // where symbols are bytes: the bytes of each token
    StringIds words_;                      // by bytes or by text: what may stand for a word
    std::array<TokenId, 256> byte_tokens_;
    MergeTable merges_;
    std::vector<uint32_t> ranks_;  // by id, where merging is by score
    bool by_score_ = false;
    bool cut_at_spaces_ = false;
    /// Whether merging the bytes of a token gives just this token: 0 not known yet, 1 yes, 2 no.
    mutable std::vector<std::atomic<uint8_t>> whole_;
};

}  // namespace argosy::tokenizers
