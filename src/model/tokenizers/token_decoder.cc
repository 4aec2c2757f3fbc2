#include "model/tokenizers/token_decoder.h"

#include <utility>

#include "base/text.h"
#include "model/tokenizers/byte_alphabet.h"
#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
    if (from.empty()) return;
    for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// The clean-up of WordPiece's decoder, which tokenizer.json may ask for.
void CleanUp(std::string& text) {
    constexpr std::pair<std::string_view, std::string_view> kChanges[] = {
        {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
        {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
        {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
    for (const auto& [from, to] : kChanges) ReplaceAll(text, from, to);
}

/// GGUF's WordPiece: what begins a word is marked. Special tokens, in brackets, are words too.
void DecodeMarked(const DecodeStep& step, std::string& text, bool first) {
    const bool marked = text.starts_with(step.from);
    if (marked) text.erase(0, step.from.size());
    const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
    const bool begins = marked || bracketed;
    if (first && !begins) text.insert(0, step.to);
    if (!first && begins) text.insert(0, " ");
    if (step.flag) CleanUp(text);
}

void Strip(const DecodeStep& step, std::string& text) {
    if (step.from.empty()) return;
    std::string_view left = text;
    for (size_t i = 0; i < step.left && left.starts_with(step.from); ++i) {
        left.remove_prefix(step.from.size());
    }
    for (size_t i = 0; i < step.right && left.ends_with(step.from); ++i) {
        left.remove_suffix(step.from.size());
    }
    text = std::string(left);
}

}  // namespace

bool TokenDecoder::FirstDiffers() const {
    for (const DecodeStep& step : spec_.steps) {
        const bool differs = step.kind == DecodeStep::Kind::kWordPiece ||
                             step.kind == DecodeStep::Kind::kMarkedWords ||
                             step.kind == DecodeStep::Kind::kSpaceBetween ||
                             (step.kind == DecodeStep::Kind::kMetaspace && step.flag);
        if (differs) return true;
    }
    return false;
}

void TokenDecoder::Apply(const DecodeStep& step, std::string& text, bool first) const {
    switch (step.kind) {
        case DecodeStep::Kind::kReplace:
            if (step.regex) {
                text = step.regex->ReplaceAll(text, step.to);
            } else {
                ReplaceAll(text, step.from, step.to);
            }
            break;
        case DecodeStep::Kind::kStrip:
            Strip(step, text);
            break;
        case DecodeStep::Kind::kMetaspace:
            ReplaceAll(text, step.from, first && step.flag ? "" : " ");
            break;
        case DecodeStep::Kind::kWordPiece:
            if (!first) {
                if (text.starts_with(step.from)) {
                    text.erase(0, step.from.size());
                } else {
                    text.insert(0, " ");
                }
            }
            if (step.flag) CleanUp(text);
            break;
        case DecodeStep::Kind::kMarkedWords:
            DecodeMarked(step, text, first);
            break;
        case DecodeStep::Kind::kSpaceBetween:
            if (!first) text.insert(0, " ");
            break;
        case DecodeStep::Kind::kSuffix:
            ReplaceAll(text, step.from, " ");
            break;
    }
}

std::string TokenDecoder::Bytes(std::string_view token, bool first, bool& is_byte) const {
    std::string text(token);
    for (const DecodeStep& step : spec_.steps) Apply(step, text, first);
    is_byte = false;
    if (spec_.join == DecoderSpec::Join::kByteLevel) {
        if (auto bytes = BytesOfText(text)) return *std::move(bytes);
    } else if (spec_.join == DecoderSpec::Join::kByteRuns) {
        const int byte = ByteOfHexToken(text);
        is_byte = byte >= 0;
        if (is_byte) return std::string(1, static_cast<char>(byte));
    }
    return text;
}

void TokenDecoder::Push(DecodeState& state, std::string_view bytes, bool is_byte,
                        std::string& out) const {
    state.first = false;
    if (spec_.join == DecoderSpec::Join::kByteRuns) {
        if (is_byte) {
            state.pending += bytes;
            return;
        }
        FlushRun(state, out);
    } else if (spec_.join == DecoderSpec::Join::kByteLevel) {
        if (state.pending.empty() && IsValidUtf8(bytes)) return Append(state, bytes, out);
        state.pending += bytes;
        const size_t whole = CompleteUtf8(state.pending);
        Append(state, SanitizeUtf8(std::string_view(state.pending).substr(0, whole)), out);
        state.pending.erase(0, whole);
        return;
    }
    if (IsValidUtf8(bytes)) {
        Append(state, bytes, out);
    } else {
        Append(state, SanitizeUtf8(bytes), out);
    }
}

void TokenDecoder::FlushRun(DecodeState& state, std::string& out) const {
    if (state.pending.empty()) return;
    if (IsValidUtf8(state.pending)) {
        Append(state, state.pending, out);
    } else {
        for (size_t i = 0; i < state.pending.size(); ++i) Append(state, "\uFFFD", out);
    }
    state.pending.clear();
}

void TokenDecoder::Finish(DecodeState& state, std::string& out) const {
    if (spec_.join == DecoderSpec::Join::kByteRuns) {
        FlushRun(state, out);
    } else {
        Append(state, SanitizeUtf8(state.pending), out);
        state.pending.clear();
    }
}

void TokenDecoder::Append(DecodeState& state, std::string_view text, std::string& out) const {
    while (state.stripped < spec_.strip_count && !text.empty()) {
        if (text[0] != spec_.strip) {
            state.stripped = spec_.strip_count;
            break;
        }
        text.remove_prefix(1);
        ++state.stripped;
    }
    out += text;
}

}  // namespace argosy::tokenizers
