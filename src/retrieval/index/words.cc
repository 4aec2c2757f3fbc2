#include "retrieval/index/words.h"

#include <utf8proc.h>

#include <cstdint>

namespace argosy::retrieval {

namespace {

constexpr size_t kMaxWordCharacters = 255;

// UAX #29's Word_Break property, as far as it decides here.
enum class Break {
    kOther,
    kLetter,
    kNumber,
    kAlone,
    kExtend,
    kConnector,
    kMidLetter,
    kMidNumber,
    kMidBoth
};

bool StandsAlone(int32_t c) {
    return (c >= 0x3041 && c <= 0x309F) ||                                  // Hiragana
           (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||  // ideographs
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

Break AsciiBreak(int32_t c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return Break::kLetter;
    if (c >= '0' && c <= '9') return Break::kNumber;
    switch (c) {
        case '_':
            return Break::kConnector;
        case '\'':
        case '.':
            return Break::kMidBoth;
        case ',':
        case ';':
            return Break::kMidNumber;
        default:
            return Break::kOther;
    }
}

Break BreakOf(int32_t c) {
    if (c < 128) return AsciiBreak(c);
    if (c == 0x2019 || c == 0x2018 || c == 0xFF07)
        return Break::kMidBoth;                             // quotes, as apostrophes
    if (c == 0xB7 || c == 0x387) return Break::kMidLetter;  // middle dots
    switch (utf8proc_category(c)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_NL:
            return StandsAlone(c) ? Break::kAlone : Break::kLetter;
        case UTF8PROC_CATEGORY_ND:
            return Break::kNumber;
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_CF:
            return Break::kExtend;
        case UTF8PROC_CATEGORY_PC:
            return Break::kConnector;
        default:
            return Break::kOther;
    }
}

struct Character {
    int32_t code = -1;  // -1: invalid bytes, or the end
    size_t bytes = 1;
};

Character CharacterAt(std::string_view text, size_t at) {
    if (at >= text.size()) return {};
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 128) return {byte, 1};
    int32_t code = -1;
    const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                       static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (used <= 0) return {};
    return {code, static_cast<size_t>(used)};
}

void AppendLower(std::string& word, int32_t code) {
    if (code < 128) {
        word += static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code);
        return;
    }
    utf8proc_uint8_t bytes[4];
    const auto size = utf8proc_encode_char(utf8proc_tolower(code), bytes);
    word.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

bool Joins(Break kind) {
    return kind == Break::kLetter || kind == Break::kNumber || kind == Break::kConnector ||
           kind == Break::kExtend;
}

// Rules WB6-7 and WB11-12: one apostrophe, full stop or comma between two of the right kind.
bool JoinsAcross(Break mid, Break before, Break after) {
    if (before == Break::kLetter && after == Break::kLetter) {
        return mid == Break::kMidLetter || mid == Break::kMidBoth;
    }
    if (before == Break::kNumber && after == Break::kNumber) {
        return mid == Break::kMidNumber || mid == Break::kMidBoth;
    }
    return false;
}

// Reads the word that begins at `at` (which can begin one); returns where it ends.
size_t ReadWord(std::string_view text, size_t at, std::string& word) {
    size_t characters = 0;
    Break before = Break::kOther;  // the last that was no mark
    bool real = false;             // more than connectors
    while (characters < kMaxWordCharacters) {
        const Character c = CharacterAt(text, at);
        if (c.code < 0) break;
        const Break kind = BreakOf(c.code);
        if (!Joins(kind)) {
            const Character next = CharacterAt(text, at + c.bytes);
            if (next.code < 0 || !JoinsAcross(kind, before, BreakOf(next.code))) break;
        }
        AppendLower(word, c.code);
        real = real || kind == Break::kLetter || kind == Break::kNumber;
        if (kind != Break::kExtend) before = kind;
        at += c.bytes;
        ++characters;
    }
    if (!real) word.clear();
    return at;
}

// An ideograph with the marks after it.
size_t ReadAlone(std::string_view text, size_t at, std::string& word) {
    Character c = CharacterAt(text, at);
    do {
        AppendLower(word, c.code);
        at += c.bytes;
        c = CharacterAt(text, at);
    } while (c.code >= 0 && BreakOf(c.code) == Break::kExtend);
    return at;
}

}  // namespace

void ForEachWordAt(std::string_view text,
                   const std::function<void(std::string&&, size_t, size_t)>& fn) {
    for (size_t at = 0; at < text.size();) {
        const Character c = CharacterAt(text, at);
        const Break kind = c.code < 0 ? Break::kOther : BreakOf(c.code);
        const size_t begin = at;
        std::string word;
        if (kind == Break::kAlone) {
            at = ReadAlone(text, at, word);
        } else if (kind == Break::kLetter || kind == Break::kNumber || kind == Break::kConnector) {
            at = ReadWord(text, at, word);
        } else {
            at += c.bytes;
        }
        if (!word.empty()) fn(std::move(word), begin, at);
    }
}

void ForEachWord(std::string_view text, const std::function<void(std::string&&)>& fn) {
    ForEachWordAt(text, [&](std::string&& word, size_t, size_t) { fn(std::move(word)); });
}

}  // namespace argosy::retrieval
