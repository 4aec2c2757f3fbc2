#include "serve/logprobs_json.h"

#include <algorithm>

#include "base/text.h"

namespace argosy::serve {

namespace {

// The token's own bytes; a control token is shown by its name.
std::string_view BytesOf(const Tokenizer& tokenizer, TokenId token) {
    return tokenizer.IsControl(token) ? tokenizer.TokenText(token) : tokenizer.TokenBytes(token);
}

json::object Entry(const Tokenizer& tokenizer, TokenId token, float logprob) {
    const std::string_view text = BytesOf(tokenizer, token);
    json::array bytes;
    for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
    return {{"token", SanitizeUtf8(text)}, {"logprob", logprob}, {"bytes", std::move(bytes)}};
}

size_t Characters(std::string_view text) {
    return static_cast<size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

json::array ChatLogprobs(const Tokenizer& tokenizer, const std::vector<TokenLogprob>& tokens) {
    json::array out;
    for (const TokenLogprob& token : tokens) {
        json::object entry = Entry(tokenizer, token.token, token.logprob);
        json::array top;
        for (const TopLogprob& other : token.top) {
            top.push_back(Entry(tokenizer, other.token, other.logprob));
        }
        entry["top_logprobs"] = std::move(top);
        out.push_back(std::move(entry));
    }
    return out;
}

void CompletionLogprobs::Add(const Tokenizer& tokenizer, const TokenLogprob& token,
                             bool first_of_prompt) {
    const std::string text = SanitizeUtf8(BytesOf(tokenizer, token.token));
    tokens_.push_back(json::string(text));
    offsets_.push_back(offset_);
    offset_ += Characters(text);
    if (first_of_prompt) {
        logprobs_.push_back(nullptr);
        tops_.push_back(nullptr);
        return;
    }
    logprobs_.push_back(token.logprob);
    json::object top;
    for (const TopLogprob& other : token.top) {
        top[SanitizeUtf8(BytesOf(tokenizer, other.token))] = other.logprob;
    }
    top.emplace(text, token.logprob);
    tops_.push_back(std::move(top));
}

json::object CompletionLogprobs::Take() {
    json::object out{{"tokens", std::move(tokens_)},
                     {"token_logprobs", std::move(logprobs_)},
                     {"top_logprobs", std::move(tops_)},
                     {"text_offset", std::move(offsets_)}};
    tokens_ = {}, logprobs_ = {}, tops_ = {}, offsets_ = {};
    return out;
}

}  // namespace argosy::serve
