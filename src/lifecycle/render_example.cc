#include "lifecycle/render_example.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "lifecycle/token_spans.h"

namespace argosy::lifecycle {

namespace {

using internal::EncodeSpans;
using internal::Span;
using internal::SpannedTokens;

// A rendered text and where the answers to be learnt stand in it.
struct MarkedText {
    std::string text;
    std::vector<Span> answers;
};

Result<std::string> RenderFirst(const ChatFormat& format, const Example& example, size_t count,
                                bool generation_prompt) {
    ChatRequest request;
    for (size_t i = 0; i < count; ++i) {
        json::object message = example.messages[i].get_object();
        message.erase("weight");
        request.messages.push_back(std::move(message));
    }
    request.tools = example.tools;
    request.add_generation_prompt = generation_prompt;
    ARGOSY_TRY(ChatPrompt prompt, format.Render(request));
    return std::move(prompt.text);
}

// The conversation up to and with answer `index`, as if it were the last one.
Result<MarkedText> RenderAnswer(const ChatFormat& format, const Example& example, size_t index) {
    ARGOSY_TRY(const std::string prompt, RenderFirst(format, example, index, true));
    ARGOSY_TRY(std::string text, RenderFirst(format, example, index + 1, false));
    if (!text.starts_with(prompt)) {
        return Err(
            ErrorCode::kUnsupported,
            "messages[{}]: the chat template renders this answer differently from the prompt "
            "that a server would make for it, so it cannot be learnt exactly; give a template "
            "whose generation prompt is how it begins an assistant message",
            index);
    }
    const Span answer{prompt.size(), text.size()};
    return MarkedText{std::move(text), {answer}};
}

// Puts all answers into the whole conversation; false where the template re-renders earlier turns.
bool Join(const std::string& whole, const std::vector<MarkedText>& parts, MarkedText& joined) {
    for (const MarkedText& part : parts) {
        if (!whole.starts_with(part.text)) return false;
        joined.answers.push_back(part.answers.front());
    }
    joined.text = whole;
    return true;
}

size_t AfterLastStop(const Tokenizer& tokenizer, const SpannedTokens& spanned, const Span& answer) {
    const auto& stops = tokenizer.stop_tokens();
    for (size_t i = answer.end; i > answer.begin; --i) {
        if (std::ranges::find(stops, spanned.tokens[i - 1]) != stops.end()) return i;
    }
    return 0;
}

void Count(TokenSequence& sequence, const Span& span) {
    for (size_t i = std::max<size_t>(span.begin, 1); i < span.end; ++i) sequence.loss[i] = 1;
}

void AddChat(const Tokenizer& tokenizer, const MarkedText& marked, RenderedExample& out) {
    SpannedTokens spanned = EncodeSpans(tokenizer, marked.text, marked.answers, false);
    out.exact = out.exact && spanned.exact;
    TokenSequence sequence;
    sequence.loss.assign(spanned.tokens.size(), 0);
    for (const Span& answer : spanned.answers) {
        // What a template writes after the end of a turn is never generated.
        const size_t end = AfterLastStop(tokenizer, spanned, answer);
        out.ends = out.ends && end != 0;
        Count(sequence, {answer.begin, end == 0 ? answer.end : end});
    }
    sequence.tokens = std::move(spanned.tokens);
    out.sequences.push_back(std::move(sequence));
}

// Plain text: what follows `prompt_bytes`, and EOS after it.
RenderedExample RenderPlain(const Tokenizer& tokenizer, const std::string& text,
                            size_t prompt_bytes) {
    RenderedExample out;
    SpannedTokens spanned = EncodeSpans(tokenizer, text, {{prompt_bytes, text.size()}}, true);
    out.exact = spanned.exact;
    TokenSequence sequence;
    const auto eos = tokenizer.eos();
    if (eos && (spanned.tokens.empty() || spanned.tokens.back() != *eos)) {
        spanned.tokens.push_back(*eos);
    }
    out.ends = eos.has_value();
    sequence.loss.assign(spanned.tokens.size(), 0);
    Count(sequence, {spanned.answers.front().begin, spanned.tokens.size()});
    sequence.tokens = std::move(spanned.tokens);
    out.sequences.push_back(std::move(sequence));
    return out;
}

}  // namespace

size_t TokenSequence::loss_tokens() const {
    return std::accumulate(loss.begin(), loss.end(), size_t{0});
}

Result<RenderedExample> ExampleRenderer::Render(const Example& example) const {
    switch (example.kind) {
        case Example::Kind::kChat:
            return RenderChat(example);
        case Example::Kind::kCompletion:
            return RenderPlain(tokenizer_, example.prompt + example.text, example.prompt.size());
        case Example::Kind::kText:
            return RenderPlain(tokenizer_, example.text, 0);
    }
    return Err(ErrorCode::kInternal, "unknown kind of row");
}

Result<RenderedExample> ExampleRenderer::RenderChat(const Example& example) const {
    std::vector<MarkedText> parts;
    for (size_t i = 0; i < example.messages.size(); ++i) {
        if (!IsTrained(example.messages[i].get_object())) continue;
        ARGOSY_TRY(parts.emplace_back(), RenderAnswer(format_, example, i));
    }
    RenderedExample out;
    if (parts.empty()) return out;
    // The last trained answer's text is whole: what stands after it is context of nothing.
    const std::string whole = parts.back().text;
    MarkedText joined;
    if (Join(whole, parts, joined)) {
        AddChat(tokenizer_, joined, out);
        return out;
    }
    out.split = true;
    for (const MarkedText& part : parts) AddChat(tokenizer_, part, out);
    return out;
}

}  // namespace argosy::lifecycle
