#include "retrieval/load/glob.h"

#include <algorithm>
#include <ranges>
#include <vector>

namespace argosy::retrieval {

namespace {

// A set "[...]" at the beginning of a pattern: its length, 0 where it has no end; whether it has c.
struct Set {
    size_t length = 0;
    bool has = false;
};

Set MatchSet(std::string_view pattern, char c) {
    size_t at = 1;
    const bool inverted = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
    if (inverted) ++at;
    bool has = false;
    for (bool first = true; at < pattern.size(); first = false) {
        if (pattern[at] == ']' && !first) return {at + 1, has != inverted};
        const bool range =
            at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']';
        has |= range ? pattern[at] <= c && c <= pattern[at + 2] : pattern[at] == c;
        at += range ? 3 : 1;
    }
    return {};
}

// Bytes of the pattern that match c; 0 where none do.
size_t MatchOne(std::string_view pattern, char c) {
    if (pattern.empty()) return 0;
    if (pattern[0] == '?') return 1;
    if (pattern[0] == '[') {
        const Set set = MatchSet(pattern, c);
        if (set.length > 0) return set.has ? set.length : 0;
    }
    return pattern[0] == c ? 1 : 0;
}

// One name: on a mismatch the last star takes one more character.
bool MatchesName(std::string_view pattern, std::string_view name) {
    if (name.starts_with('.') && !pattern.starts_with('.')) return false;
    size_t p = 0;
    size_t n = 0;
    size_t star = std::string_view::npos;
    size_t star_at = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            star_at = n;
        } else if (const size_t used = MatchOne(pattern.substr(p), name[n]); used > 0) {
            p += used;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star;
            n = ++star_at;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<std::string_view> NamesOf(std::string_view path) {
    std::vector<std::string_view> names;
    while (true) {
        const size_t slash = path.find('/');
        names.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return names;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

bool IsGlob(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

// The same as MatchesName, with names for characters and "**" for the star.
bool MatchesGlob(std::string_view pattern, std::string_view path) {
    const auto patterns = NamesOf(pattern);
    const auto names = NamesOf(path);
    size_t p = 0;
    size_t n = 0;
    size_t star = std::string_view::npos;
    size_t star_at = 0;
    while (n < names.size()) {
        if (p < patterns.size() && patterns[p] == "**") {
            star = ++p;
            star_at = n;
        } else if (p < patterns.size() && MatchesName(patterns[p], names[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos && !names[star_at].starts_with('.')) {
            p = star;
            n = ++star_at;
        } else {
            return false;
        }
    }
    return std::ranges::all_of(patterns | std::views::drop(p),
                               [](std::string_view rest) { return rest == "**"; });
}

std::string GlobRoot(std::string_view pattern) {
    const size_t first = std::min(pattern.find_first_of("*?["), pattern.size());
    const size_t slash = pattern.substr(0, first).rfind('/');
    return slash == std::string_view::npos ? std::string()
                                           : std::string(pattern.substr(0, slash + 1));
}

}  // namespace argosy::retrieval
