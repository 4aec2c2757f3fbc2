#include "lifecycle/token_spans.h"

#include <algorithm>

namespace argosy::lifecycle::internal {

namespace {

std::vector<TokenId> Encode(const Tokenizer& tokenizer, std::string_view text, bool add_special) {
    return tokenizer.Encode(text, {.add_special = add_special});
}

SpannedTokens EncodeWhole(const Tokenizer& tokenizer, std::string_view text,
                          const std::vector<Span>& answers, bool add_special) {
    SpannedTokens out;
    out.tokens = Encode(tokenizer, text, add_special);
    const auto edge = [&](size_t byte) {
        if (byte == text.size()) return out.tokens.size();
        const auto prefix = Encode(tokenizer, text.substr(0, byte), add_special);
        const auto [a, b] = std::ranges::mismatch(prefix, out.tokens);
        if (a != prefix.end()) out.exact = false;
        return static_cast<size_t>(b - out.tokens.begin());
    };
    for (const Span& answer : answers) {
        const size_t begin = edge(answer.begin);
        out.answers.push_back({begin, std::max(begin, edge(answer.end))});
    }
    return out;
}

SpannedTokens EncodePieces(const Tokenizer& tokenizer, std::string_view text,
                           const std::vector<Span>& answers, bool add_special) {
    SpannedTokens out;
    size_t at = 0;
    const auto add = [&](size_t end) {
        const auto piece = Encode(tokenizer, text.substr(at, end - at), add_special && at == 0);
        out.tokens.insert(out.tokens.end(), piece.begin(), piece.end());
        at = end;
    };
    for (const Span& answer : answers) {
        add(answer.begin);
        const size_t begin = out.tokens.size();
        add(answer.end);
        out.answers.push_back({begin, out.tokens.size()});
    }
    add(text.size());
    return out;
}

}  // namespace

SpannedTokens EncodeSpans(const Tokenizer& tokenizer, std::string_view text,
                          const std::vector<Span>& answers, bool add_special) {
    SpannedTokens whole = EncodeWhole(tokenizer, text, answers, add_special);
    if (whole.exact) return whole;
    SpannedTokens pieces = EncodePieces(tokenizer, text, answers, add_special);
    const bool same =
        tokenizer.Decode(pieces.tokens, false) == tokenizer.Decode(whole.tokens, false);
    return same ? std::move(pieces) : std::move(whole);
}

}  // namespace argosy::lifecycle::internal
