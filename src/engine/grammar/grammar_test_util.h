// What the tests and benches of grammars share: made-up vocabularies, and reading a text byte by
// byte.
#pragma once

#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/grammar/grammar.h"

namespace argosy {

/// A vocabulary of given texts; the last token is the only stop token, those in <| |> are control
/// tokens.
class FakeTokenizer : public Tokenizer {
  public:
    explicit FakeTokenizer(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {
        tokens_.emplace_back("<|end|>");
        stop_ = {TokenId(tokens_.size() - 1)};
    }
    std::vector<TokenId> Encode(std::string_view, EncodeOptions) const override { return {}; }
    std::vector<TokenId> EncodePair(std::string_view, std::string_view,
                                    std::vector<int32_t>*) const override {
        return {};
    }
    std::string_view TokenBytes(TokenId id) const override {
        return IsControl(id) ? std::string_view() : TokenText(id);
    }
    std::string_view TokenText(TokenId id) const override { return tokens_.at(size_t(id)); }
    std::optional<TokenId> FindToken(std::string_view text) const override {
        for (size_t i = 0; i < tokens_.size(); ++i) {
            if (tokens_[i] == text) return TokenId(i);
        }
        return std::nullopt;
    }
    bool IsControl(TokenId id) const override { return TokenText(id).starts_with("<|"); }
    std::string Decode(std::span<const TokenId> ids, bool) const override {
        std::string out;
        for (const TokenId id : ids) out += TokenBytes(id);
        return out;
    }
    int32_t vocab_size() const override { return int32_t(tokens_.size()); }
    std::optional<TokenId> bos() const override { return std::nullopt; }
    std::optional<TokenId> eos() const override { return stop_[0]; }
    const std::vector<TokenId>& stop_tokens() const override { return stop_; }

  private:
    std::vector<std::string> tokens_;
    std::vector<TokenId> stop_;
};

inline std::vector<std::string> SingleBytes() {
    std::vector<std::string> tokens;
    tokens.reserve(256);
    for (int b = 0; b < 256; ++b) tokens.emplace_back(1, char(b));
    return tokens;
}

/// Bytes, pieces of JSON that span its structure, words, digits and halves of characters.
inline FakeTokenizer MixedTokenizer() {
    std::vector<std::string> tokens = SingleBytes();
    for (const char* text : {"\":{\"",   "\":",       "\": ",
                             "\",\"",    "\", \"",    "\"}",
                             "\"},",     "{\"",       "}}",
                             "}]",       "],",        "]}",
                             "[\"",      "[[",        "[]",
                             "{}",       "true",      "false",
                             "null",     ":null",     ",\n",
                             "\n  ",     "  ",        "    ",
                             "\\n",      "\\\"",      "\\u",
                             "\\ud8",    "3d",        "hello",
                             "name",     "\"name\":", "age",
                             "id",       "ab",        "abc",
                             " the",     "12",        "123",
                             "0.5",      "-1",        "e+",
                             "2024-",    "\xc3\xa9",  "\xe4\xbd",
                             "\xa0\xe5", "\xa5\xbd",  "\xf0\x9f",
                             "\x99\x82", "<tool",     "_call>",
                             "a\"",      "x\",\"y",   "1,",
                             "1}",       "0]",        "aaaaaaaaaaaaaaaaaaaaaaaa",
                             "<|call|>", "<|other|>"}) {
        tokens.emplace_back(text);
    }
    return FakeTokenizer(std::move(tokens));
}

inline FakeTokenizer ByteTokenizer() { return FakeTokenizer(SingleBytes()); }

/// Whether the grammar admits the text, byte by byte.
inline bool Admits(const TokenMasker& masker, const Grammar::Ptr& grammar, std::string_view text) {
    GrammarState state(masker, grammar);
    for (const char c : text) {
        if (!state.AcceptBytes({&c, 1})) return false;
    }
    return state.CanEnd();
}

inline bool Allowed(std::span<const uint64_t> mask, TokenId token) {
    return (mask[size_t(token) / 64] >> (token % 64)) & 1;
}

}  // namespace argosy
