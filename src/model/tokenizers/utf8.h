// Walking over text that is known to be valid UTF-8, and the character classes that tokenizers ask
// for (Unicode's White_Space, general categories).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace argosy::tokenizers {

/// Whether the whole text is valid UTF-8; fast on ASCII.
bool IsValidUtf8(std::string_view text);
bool IsAscii(std::string_view text);

/// Bytes of the character that begins with `lead`; 1 for a byte that begins none.
inline size_t Utf8Length(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF8 ? 4 : 1;
}

/// The character at `at` of valid UTF-8, and `at` moves behind it. Never reads behind the end.
inline char32_t NextCodePoint(std::string_view text, size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t length = Utf8Length(text[at]);
    if (length == 1 || at + length > text.size()) {
        ++at;
        return lead;
    }
    char32_t code = lead & (0x7Fu >> length);
    for (size_t i = 1; i < length; ++i) {
        code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3F);
    }
    at += length;
    return code;
}

/// Where the character that ends before `at` begins (at > 0).
inline size_t PreviousCharacter(std::string_view text, size_t at) {
    --at;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    return at;
}

void AppendUtf8(std::string& out, char32_t code);

/// Unicode's White_Space property.
inline bool IsSpace(char32_t c) {
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}
bool IsLetter(char32_t c);          // L*
bool IsNumber(char32_t c);          // N*
bool IsPunctuation(char32_t c);     // ASCII punctuation, or P*
bool IsNonspacingMark(char32_t c);  // Mn
bool IsMark(char32_t c);            // M*
/// Cc, Cf, Co; tab, newline and carriage return count as spaces instead.
bool IsControlCharacter(char32_t c);
/// What \w matches (UTS 18): alphabetic, marks, decimal digits, connectors, joiners.
bool IsWordCharacter(char32_t c);

}  // namespace argosy::tokenizers
