// Ranges of a text and the few questions that splitters ask about its characters: how many code
// points, where the n-th begins, what is white space at the edges. Texts are UTF-8; bytes that
// break it never crash, each counts as the character that it begins or continues.
#pragma once

#include <cstddef>
#include <string_view>

namespace argosy::retrieval {

/// Bytes [begin, end) of a text.
struct Span {
    size_t begin = 0;
    size_t end = 0;
    size_t size() const { return end - begin; }
    bool empty() const { return begin == end; }
    bool operator==(const Span&) const = default;
    std::string_view Of(std::string_view text) const { return text.substr(begin, size()); }
};

/// Length as Python's len has it.
size_t CountCodePoints(std::string_view text);
/// The offset `count` code points after `at`, or the text's end.
size_t Advance(std::string_view text, size_t at, size_t count);
/// The offset `count` code points before `at`, or 0.
size_t Retreat(std::string_view text, size_t at, size_t count);

/// The code point at `at` (in range), and where the next begins.
struct CodePoint {
    char32_t value;
    size_t next;
};
CodePoint CodePointAt(std::string_view text, size_t at);

/// White space as Python's str.isspace has it.
bool IsSpace(char32_t code_point);
/// Without white space at both edges; empty, at its end, where there is nothing else.
Span Strip(std::string_view text, Span span);

}  // namespace argosy::retrieval
