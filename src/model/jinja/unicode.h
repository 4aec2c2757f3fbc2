// Code-point operations with the meaning Python's str gives them, over UTF-8. Bytes that are not
// UTF-8 count as one U+FFFD each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::jinja {

bool IsAscii(std::string_view text);
/// Decodes the character at `offset` and moves `offset` behind it.
char32_t NextCodePoint(std::string_view text, size_t& offset);
void AppendUtf8(std::string& out, char32_t code_point);
std::u32string ToCodePoints(std::string_view text);
std::string ToUtf8(std::u32string_view code_points);
size_t CountCodePoints(std::string_view text);
/// Offset of the first byte that is not valid UTF-8, or npos.
size_t FindInvalidUtf8(std::string_view text);

/// str.isspace() of one character, which is also what \s matches.
bool IsSpace(char32_t c);
bool IsAlpha(char32_t c);
bool IsDecimalDigit(char32_t c);
bool IsNumeric(char32_t c);
bool IsUpper(char32_t c);
bool IsLower(char32_t c);
/// Has case at all (upper, lower or title case).
bool IsCased(char32_t c);
bool IsPrintable(char32_t c);

std::string Upper(std::string_view text);
std::string Lower(std::string_view text);
/// str.capitalize(), str.title(), str.swapcase().
std::string Capitalize(std::string_view text);
std::string Title(std::string_view text);
std::string SwapCase(std::string_view text);

/// Without leading / trailing characters of `chars`; whitespace where `chars` is nullptr.
std::string_view Strip(std::string_view text, const std::string* chars, bool left, bool right);
/// str.splitlines(keepends).
std::vector<std::string_view> SplitLines(std::string_view text, bool keep_ends = false);

}  // namespace argosy::jinja
