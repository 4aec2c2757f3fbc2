#include "base/text.h"
#include "model/tokenizer.h"

namespace argosy {

std::string StreamDecoder::Push(TokenId id) {
    if (skip_control_ && tokenizer_.IsControl(id)) return {};
    pending_ += tokenizer_.TokenBytes(id);
    const size_t whole = CompleteUtf8(pending_);
    std::string text = SanitizeUtf8(std::string_view(pending_).substr(0, whole));
    pending_.erase(0, whole);
    return text;
}

std::string StreamDecoder::Finish() {
    std::string text = SanitizeUtf8(pending_);
    pending_.clear();
    return text;
}

}  // namespace argosy
