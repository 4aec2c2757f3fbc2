#include <algorithm>

#include "base/text.h"
#include "model/tokenizer.h"

namespace argosy {

void Tokenizer::DecodeNext(DecodeState& state, TokenId id, bool with_control,
                           std::string& out) const {
    if (IsControl(id)) {
        if (!with_control) return;
        state.pending += TokenText(id);
    } else {
        state.pending += TokenBytes(id);
    }
    state.first = false;
    const size_t whole = CompleteUtf8(state.pending);
    out += SanitizeUtf8(std::string_view(state.pending).substr(0, whole));
    state.pending.erase(0, whole);
}

void Tokenizer::DecodeEnd(DecodeState& state, std::string& out) const {
    out += SanitizeUtf8(state.pending);
    state.pending.clear();
}

std::string StreamDecoder::Push(TokenId id) {
    const bool with_control = !skip_control_ || std::ranges::find(visible_, id) != visible_.end();
    std::string text;
    tokenizer_.DecodeNext(state_, id, with_control, text);
    return text;
}

std::string StreamDecoder::Finish() {
    std::string text;
    tokenizer_.DecodeEnd(state_, text);
    return text;
}

}  // namespace argosy
