#include "assistant/chain/citations.h"

#include <algorithm>
#include <charconv>

namespace argosy::assistant {

namespace {

constexpr size_t kMaxCitation = 40;  // "[1, 2, 3]"; anything longer is text

void AddOnce(std::vector<size_t>& list, size_t number) {
    if (std::ranges::find(list, number) == list.end()) list.push_back(number);
}

}  // namespace

std::string CitationFilter::Push(std::string_view text) {
    held_ += text;
    std::string out;
    while (Step(out, false)) {
    }
    return out;
}

std::string CitationFilter::Finish() {
    std::string out;
    while (Step(out, true)) {
    }
    return out;
}

// Moves one piece from held_ to `out`; false where more text must come first.
bool CitationFilter::Step(std::string& out, bool final) {
    if (held_.empty()) return false;
    // One space before a citation goes with it, so that it is held too.
    const size_t bracket = held_.find('[');
    if (bracket == std::string::npos) {
        const size_t keep = !final && held_.back() == ' ' ? held_.size() - 1 : held_.size();
        out.append(held_, 0, keep);
        held_.erase(0, keep);
        return false;
    }
    const size_t close = held_.find_first_not_of("0123456789, ", bracket + 1);
    const size_t end = close == std::string::npos ? held_.size() : close;
    const size_t start = bracket > 0 && held_[bracket - 1] == ' ' ? bracket - 1 : bracket;
    out.append(held_, 0, start);
    held_.erase(0, start);
    const size_t open = bracket - start;
    const size_t length = end - start - open;
    if (close == std::string::npos && !final && length <= kMaxCitation) return false;
    const bool numbers = held_.find_first_of("0123456789", open) < end - start;
    if (close == std::string::npos || held_[close - start] != ']' || !numbers ||
        length > kMaxCitation) {
        out.append(held_, 0, open + 1);  // a bracket like any other
        held_.erase(0, open + 1);
        return true;
    }
    const std::string kept = Keep(std::string_view(held_).substr(open + 1, length - 1));
    if (!kept.empty()) out += held_.substr(0, open) + "[" + kept + "]";
    held_.erase(0, close - start + 1);
    return true;
}

std::string CitationFilter::Keep(std::string_view numbers) {
    std::string kept;
    for (size_t at = 0; at < numbers.size();) {
        size_t number = 0;
        const char* begin = numbers.data() + at;
        const auto [end, error] = std::from_chars(begin, numbers.data() + numbers.size(), number);
        if (end == begin) {
            ++at;
            continue;
        }
        at = static_cast<size_t>(end - numbers.data());
        const bool exists = error == std::errc() && number >= 1 && number <= passages_;
        AddOnce(exists ? cited_ : dropped_, number);
        if (!exists) continue;
        if (!kept.empty()) kept += ", ";
        kept += std::to_string(number);
    }
    return kept;
}

}  // namespace argosy::assistant
