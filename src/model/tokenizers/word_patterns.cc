#include "model/tokenizers/word_patterns.h"

#include <string>

#include "model/tokenizers/pre_tokenizer.h"
#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

enum class Class : uint8_t { kOther, kLetter, kNumber, kSpace };

Class ClassOf(char32_t c) {
    if (IsLetter(c)) return Class::kLetter;
    if (IsNumber(c)) return Class::kNumber;
    return IsSpace(c) ? Class::kSpace : Class::kOther;
}

/// Class of the character at `at`, and where the next one begins. Behind the end: kSpace, `at`.
Class ClassAt(std::string_view text, size_t at, size_t& next) {
    next = at;
    if (at >= text.size()) return Class::kSpace;
    return ClassOf(NextCodePoint(text, next));
}

/// The end of the run of one class that begins at `at`.
size_t EndOfRun(std::string_view text, size_t at, Class wanted) {
    size_t next;
    while (at < text.size() && ClassAt(text, at, next) == wanted) at = next;
    return at;
}

bool IsLineEnd(char c) { return c == '\r' || c == '\n'; }

/// The end of 's, 't, 're, 've, 'm, 'll or 'd at `at`, or `at`.
size_t EndOfContraction(const WordPattern& pattern, std::string_view text, size_t at) {
    if (text[at] != '\'' || at + 1 >= text.size()) return at;
    const auto letter = [&](size_t i) {
        const char c = i < text.size() ? text[i] : '\0';
        return pattern.fold_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    const char first = letter(at + 1), second = letter(at + 2);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return at + 2;
    if ((first == 'r' || first == 'v') && second == 'e') return at + 3;
    if (first == 'l' && second == 'l') return at + 3;
    if (pattern.fold_long_s && text.substr(at + 1).starts_with("\u017f")) return at + 3;
    return at;
}

/// \s+(?!\S)|\s+ for the run of spaces from `at` to `end`: without the last one where a word
/// follows.
size_t EndOfSpaces(std::string_view text, size_t at, size_t end) {
    if (end == text.size()) return end;
    const size_t last = PreviousCharacter(text, end);
    return last > at ? last : end;
}

size_t EndOfGpt2Word(const WordPattern& pattern, std::string_view text, size_t at) {
    const size_t contraction = EndOfContraction(pattern, text, at);
    if (contraction > at) return contraction;
    size_t next, after;
    Class kind = ClassAt(text, at, next);
    if (text[at] == ' ') {
        const Class following = ClassAt(text, next, after);
        if (following == Class::kSpace) return EndOfSpaces(text, at, EndOfRun(text, at, kind));
        return EndOfRun(text, after, following);
    }
    const size_t end = EndOfRun(text, next, kind);
    return kind == Class::kSpace ? EndOfSpaces(text, at, end) : end;
}

/// ` ?[^\s\p{L}\p{N}]+[\r\n]*` from where its first such character ends.
size_t EndOfSymbols(std::string_view text, size_t at) {
    at = EndOfRun(text, at, Class::kOther);
    while (at < text.size() && IsLineEnd(text[at])) ++at;
    return at;
}

size_t EndOfNumbers(std::string_view text, size_t at, int most) {
    size_t next;
    for (int i = 0; i < most && at < text.size() && ClassAt(text, at, next) == Class::kNumber;
         ++i) {
        at = next;
    }
    return at;
}

size_t EndOfLlama3Word(const WordPattern& pattern, std::string_view text, size_t at) {
    const size_t contraction = EndOfContraction(pattern, text, at);
    if (contraction > at) return contraction;
    size_t next, after;
    const Class kind = ClassAt(text, at, next);
    if (kind == Class::kLetter) return EndOfRun(text, next, Class::kLetter);
    if (kind == Class::kNumber) return EndOfNumbers(text, at, pattern.digits);
    const Class following = ClassAt(text, next, after);
    if (!IsLineEnd(text[at]) && following == Class::kLetter) {
        return EndOfRun(text, after, Class::kLetter);
    }
    if (kind == Class::kOther) return EndOfSymbols(text, next);
    if (text[at] == ' ' && following == Class::kOther) return EndOfSymbols(text, after);
    const size_t end = EndOfRun(text, next, Class::kSpace);
    for (size_t i = end; i > at; --i) {  // \s*[\r\n]+
        if (IsLineEnd(text[i - 1])) return i;
    }
    return EndOfSpaces(text, at, end);
}

}  // namespace

std::optional<WordPattern> KnownWordPattern(std::string_view regex) {
    if (regex == kGpt2Pattern) return WordPattern{WordPattern::Kind::kGpt2, 0, false, false};
    constexpr std::string_view kInsensitive = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    constexpr std::string_view kBothCases =
        "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    const bool insensitive = regex.starts_with(kInsensitive);
    if (!insensitive && !regex.starts_with(kBothCases)) return std::nullopt;
    regex.remove_prefix(insensitive ? kInsensitive.size() : kBothCases.size());
    for (const auto& [digits, pattern] : {std::pair{1, R"(\p{N})"}, {3, R"(\p{N}{1,3})"}}) {
        const std::string rest = std::string(R"(|[^\r\n\p{L}\p{N}]?\p{L}+|)") + pattern +
                                 R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
        if (regex == rest) {
            return WordPattern{WordPattern::Kind::kLlama3, digits, true, insensitive};
        }
    }
    return std::nullopt;
}

size_t EndOfWord(const WordPattern& pattern, std::string_view text, size_t at) {
    return pattern.kind == WordPattern::Kind::kGpt2 ? EndOfGpt2Word(pattern, text, at)
                                                    : EndOfLlama3Word(pattern, text, at);
}

}  // namespace argosy::tokenizers
