#include "model/json_scan.h"

#include "base/json.h"

namespace argosy {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

size_t SkipSpace(std::string_view text, size_t at) {
    at = text.find_first_not_of(kSpace, at);
    return at == std::string_view::npos ? text.size() : at;
}

// End of the value that starts at `at`, in JSON known to be valid.
size_t ValueEnd(std::string_view text, size_t at) {
    if (text[at] == '{' || text[at] == '[') {
        JsonScanner scanner;
        scanner.Scan(text.substr(at));
        return at + scanner.end();
    }
    if (text[at] == '"') {
        for (++at; text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
        return at + 1;
    }
    const size_t end = text.find_first_of(",]} \t\r\n", at);
    return end == std::string_view::npos ? text.size() : end;
}

bool IsValid(std::string_view text, char open) {
    const size_t start = SkipSpace(text, 0);
    return start < text.size() && text[start] == open && ParseJson(text).has_value();
}

}  // namespace

JsonScanner::State JsonScanner::ScanString(char c) {
    if (static_cast<unsigned char>(c) < 0x20) return State::kBad;
    if (escaped_) {
        escaped_ = false;
    } else if (c == '\\') {
        escaped_ = true;
    } else if (c == '"') {
        in_string_ = false;
    }
    return State::kInside;
}

JsonScanner::State JsonScanner::ScanStructure(char c) {
    static constexpr std::string_view kAlphabet = " \t\r\n:,0123456789+-.eEtrufalsn";
    if (open_.empty() && c != '{' && c != '[') return State::kBad;
    switch (c) {
        case '{':
            open_ += '}';
            break;
        case '[':
            open_ += ']';
            break;
        case '"':
            in_string_ = true;
            break;
        case '}':
        case ']':
            if (open_.back() != c) return State::kBad;
            open_.pop_back();
            if (open_.empty()) return State::kComplete;
            break;
        default:
            if (kAlphabet.find(c) == std::string_view::npos) return State::kBad;
    }
    return State::kInside;
}

JsonScanner::State JsonScanner::Scan(std::string_view text) {
    while (state_ == State::kInside && pos_ < text.size()) {
        const char c = text[pos_++];
        state_ = in_string_ ? ScanString(c) : ScanStructure(c);
    }
    return state_;
}

std::optional<std::vector<std::pair<std::string, std::string>>> RawMembers(std::string_view text) {
    if (!IsValid(text, '{')) return std::nullopt;
    std::vector<std::pair<std::string, std::string>> members;
    size_t at = SkipSpace(text, SkipSpace(text, 0) + 1);
    while (text[at] == '"') {
        const size_t key_end = ValueEnd(text, at);
        const auto key = ParseJson(text.substr(at, key_end - at));
        const size_t value = SkipSpace(text, SkipSpace(text, key_end) + 1);  // behind the colon
        const size_t end = ValueEnd(text, value);
        members.emplace_back(key ? std::string(key->as_string()) : std::string(),
                             text.substr(value, end - value));
        at = SkipSpace(text, end);
        if (text[at] == ',') at = SkipSpace(text, at + 1);
    }
    return members;
}

std::optional<std::vector<std::string>> RawElements(std::string_view text) {
    if (!IsValid(text, '[')) return std::nullopt;
    std::vector<std::string> elements;
    size_t at = SkipSpace(text, SkipSpace(text, 0) + 1);
    while (text[at] != ']') {
        const size_t end = ValueEnd(text, at);
        elements.emplace_back(text.substr(at, end - at));
        at = SkipSpace(text, end);
        if (text[at] == ',') at = SkipSpace(text, at + 1);
    }
    return elements;
}

}  // namespace argosy
