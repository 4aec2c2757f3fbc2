#include <algorithm>

#include "base/text.h"
#include "model/tokenizer.h"

namespace argosy {

std::string StreamDecoder::Push(TokenId id) {
    if (tokenizer_.IsControl(id)) {
        const bool seen = !skip_control_ || std::ranges::find(visible_, id) != visible_.end();
        if (seen) pending_ += tokenizer_.TokenText(id);
    } else {
        pending_ += tokenizer_.TokenBytes(id);
    }
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
