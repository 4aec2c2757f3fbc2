// The tokens of a vocabulary in the making, and how a finished one is written into a model's
// metadata.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/stored_model.h"

namespace argosy {

/// Types of tokenizer.ggml.token_type.
enum TokenType : int64_t { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kByte = 6 };

struct VocabularyBuilder {
    std::vector<std::string> tokens, merges;
    std::vector<int64_t> types;
    std::vector<double> scores;
    std::unordered_map<std::string, int64_t> ids;

    bool Has(const std::string& token) const { return ids.contains(token); }
    int64_t Add(const std::string& token, TokenType type, double score = 0);
    /// The token `left + right`, made by merging the two; no more than `limit` tokens.
    void Merge(const std::string& left, const std::string& right, size_t limit);
    /// A word merged from the left, letter by letter.
    void MergeWord(const std::string& start, std::string_view letters, size_t limit);
};

/// How many tokens StoreByteBpe adds: ChatML's, and those of tool calls and reasoning.
inline constexpr size_t kByteBpeSpecials = 7;
inline constexpr std::string_view kToolTokens[] = {"<tool_call>", "</tool_call>", "<think>",
                                                   "</think>"};
/// ChatML, with tools.
extern const std::string_view kChatTemplate;

/// A byte-level BPE, with the special tokens after all others. `pre` as in tokenizer.ggml.pre.
void StoreByteBpe(VocabularyBuilder v, std::string_view pre, Metadata& metadata);

/// What each WordPiece vocabulary begins with. GGUF writes the beginning of a word with "▁" and a
/// continuation bare.
VocabularyBuilder WordPieceCharacters();
void StoreWordPiece(VocabularyBuilder v, Metadata& metadata);

/// The keys that every kind has; `model` is "gpt2", "llama" or "bert".
void StoreTokens(VocabularyBuilder v, std::string_view model, Metadata& metadata);

}  // namespace argosy
