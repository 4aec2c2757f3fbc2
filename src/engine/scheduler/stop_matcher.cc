#include "engine/scheduler/stop_matcher.h"

#include <algorithm>

namespace argosy {

std::optional<std::string_view> StopMatcher::Push(std::string_view piece, bool armed,
                                                  std::string& out) {
    if (stops_.empty() || !armed) {
        Finish(out);
        out += piece;
        return std::nullopt;
    }
    held_ += piece;
    size_t found_at = std::string::npos;
    std::string_view found;
    for (const std::string& stop : stops_) {
        size_t at = held_.find(stop);
        if (at == std::string::npos || at > found_at) continue;
        if (at == found_at && stop.size() <= found.size()) continue;
        found_at = at;
        found = stop;
    }
    if (found_at != std::string::npos) {
        out.append(held_, 0, found_at + (include_ ? found.size() : 0));
        held_.clear();
        return found;
    }
    size_t certain = held_.size() - HeldLength();
    out.append(held_, 0, certain);
    held_.erase(0, certain);
    return std::nullopt;
}

void StopMatcher::Finish(std::string& out) {
    out += held_;
    held_.clear();
}

// Length of the longest end of the text that is a beginning of a stop string.
size_t StopMatcher::HeldLength() const {
    std::string_view text = held_;
    size_t longest = 0;
    for (const std::string& stop : stops_) {
        size_t most = std::min(stop.size() - 1, text.size());
        for (size_t length = most; length > longest; --length) {
            if (text.ends_with(std::string_view(stop).substr(0, length))) longest = length;
        }
    }
    return longest;
}

}  // namespace argosy
