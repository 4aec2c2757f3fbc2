#include "model/jinja/unicode.h"

#include <utf8proc.h>

#include <algorithm>

namespace argosy::jinja {
namespace {

utf8proc_category_t Category(char32_t c) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

// One character whose upper case is several (Unicode SpecialCasing.txt, the common ones).
std::u32string_view SpecialUpper(char32_t c) {
    switch (c) {
        case U'\u00DF':
            return U"SS";
        case U'\u0149':
            return U"\u02BCN";
        case U'\u01F0':
            return U"J\u030C";
        case U'\u0390':
            return U"\u0399\u0308\u0301";
        case U'\u03B0':
            return U"\u03A5\u0308\u0301";
        case U'\u0587':
            return U"\u0535\u0552";
        case U'\uFB00':
            return U"FF";
        case U'\uFB01':
            return U"FI";
        case U'\uFB02':
            return U"FL";
        case U'\uFB03':
            return U"FFI";
        case U'\uFB04':
            return U"FFL";
        case U'\uFB05':
            return U"ST";
        case U'\uFB06':
            return U"ST";
        default:
            return {};
    }
}

char32_t SimpleLower(char32_t c) {
    return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

void AppendUpper(std::u32string& out, char32_t c) {
    const std::u32string_view special = SpecialUpper(c);
    if (!special.empty()) {
        out += special;
    } else {
        out += static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
    }
}

void AppendTitle(std::u32string& out, char32_t c) {
    const std::u32string_view special = SpecialUpper(c);
    if (!special.empty()) {
        out += special[0];
        for (const char32_t rest : special.substr(1)) out += SimpleLower(rest);
    } else {
        out += static_cast<char32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(c)));
    }
}

// Sigma at the end of a word has its own lower case (ς).
bool IsFinalSigma(std::u32string_view text, size_t i) {
    size_t before = i;
    while (before > 0 && Category(text[before - 1]) == UTF8PROC_CATEGORY_MN) --before;
    if (before == 0 || !IsCased(text[before - 1])) return false;
    size_t after = i + 1;
    while (after < text.size() && Category(text[after]) == UTF8PROC_CATEGORY_MN) ++after;
    return after == text.size() || !IsCased(text[after]);
}

void AppendLower(std::u32string& out, std::u32string_view text, size_t i) {
    if (text[i] == U'\u0130') {
        out += U"i\u0307";
    } else if (text[i] == U'\u03A3') {
        out += IsFinalSigma(text, i) ? U'\u03C2' : U'\u03C3';
    } else {
        out += SimpleLower(text[i]);
    }
}

}  // namespace

bool IsAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

char32_t NextCodePoint(std::string_view text, size_t& offset) {
    const auto lead = static_cast<unsigned char>(text[offset]);
    if (lead < 0x80) {
        ++offset;
        return lead;
    }
    utf8proc_int32_t code_point = -1;
    const auto used =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + offset),
                         static_cast<utf8proc_ssize_t>(text.size() - offset), &code_point);
    if (used <= 0) {
        ++offset;
        return U'\uFFFD';
    }
    offset += static_cast<size_t>(used);
    return static_cast<char32_t>(code_point);
}

void AppendUtf8(std::string& out, char32_t c) {
    utf8proc_uint8_t bytes[4];
    const auto n = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(n));
}

std::u32string ToCodePoints(std::string_view text) {
    std::u32string out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size();) out += NextCodePoint(text, i);
    return out;
}

std::string ToUtf8(std::u32string_view code_points) {
    std::string out;
    out.reserve(code_points.size());
    for (const char32_t c : code_points) AppendUtf8(out, c);
    return out;
}

size_t CountCodePoints(std::string_view text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size(); ++count) NextCodePoint(text, i);
    return count;
}

size_t FindInvalidUtf8(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const size_t start = i;
        const char32_t c = NextCodePoint(text, i);
        if (c == U'\uFFFD' && i == start + 1) return start;
    }
    return std::string_view::npos;
}

bool IsSpace(char32_t c) {
    return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

bool IsAlpha(char32_t c) {
    const auto category = Category(c);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool IsDecimalDigit(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_ND; }

bool IsNumeric(char32_t c) {
    const auto category = Category(c);
    return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool IsUpper(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_LU; }
bool IsLower(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_LL; }
bool IsCased(char32_t c) { return IsUpper(c) || IsLower(c) || Category(c) == UTF8PROC_CATEGORY_LT; }

bool IsPrintable(char32_t c) {
    if (c == ' ') return true;
    switch (Category(c)) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return false;
        default:
            return true;
    }
}

std::string Upper(std::string_view text) {
    std::u32string out;
    for (const char32_t c : ToCodePoints(text)) AppendUpper(out, c);
    return ToUtf8(out);
}

std::string Lower(std::string_view text) {
    const std::u32string in = ToCodePoints(text);
    std::u32string out;
    for (size_t i = 0; i < in.size(); ++i) AppendLower(out, in, i);
    return ToUtf8(out);
}

std::string Capitalize(std::string_view text) {
    const std::u32string in = ToCodePoints(text);
    std::u32string out;
    for (size_t i = 0; i < in.size(); ++i) {
        if (i == 0) {
            AppendTitle(out, in[i]);
        } else {
            AppendLower(out, in, i);
        }
    }
    return ToUtf8(out);
}

std::string Title(std::string_view text) {
    const std::u32string in = ToCodePoints(text);
    std::u32string out;
    bool inside = false;
    for (size_t i = 0; i < in.size(); ++i) {
        if (inside) {
            AppendLower(out, in, i);
        } else {
            AppendTitle(out, in[i]);
        }
        inside = IsCased(in[i]);
    }
    return ToUtf8(out);
}

std::string SwapCase(std::string_view text) {
    const std::u32string in = ToCodePoints(text);
    std::u32string out;
    for (size_t i = 0; i < in.size(); ++i) {
        if (IsUpper(in[i])) {
            AppendLower(out, in, i);
        } else if (IsLower(in[i])) {
            AppendUpper(out, in[i]);
        } else {
            out += in[i];
        }
    }
    return ToUtf8(out);
}

std::string_view Strip(std::string_view text, const std::string* chars, bool left, bool right) {
    const std::u32string set = chars ? ToCodePoints(*chars) : std::u32string();
    const auto drop = [&](char32_t c) {
        return chars ? set.find(c) != std::u32string::npos : IsSpace(c);
    };
    while (left && !text.empty()) {
        size_t next = 0;
        if (!drop(NextCodePoint(text, next))) break;
        text.remove_prefix(next);
    }
    while (right && !text.empty()) {
        size_t start = text.size() - 1;
        while (start > 0 && text.size() - start < 4 && (text[start] & 0xc0) == 0x80) --start;
        size_t next = start;
        char32_t c = NextCodePoint(text, next);
        if (next != text.size()) {  // a stray continuation byte stands for itself
            start = text.size() - 1;
            c = U'\uFFFD';
        }
        if (!drop(c)) break;
        text.remove_suffix(text.size() - start);
    }
    return text;
}

std::vector<std::string_view> SplitLines(std::string_view text, bool keep_ends) {
    std::vector<std::string_view> lines;
    size_t start = 0;
    for (size_t i = 0; i < text.size();) {
        const size_t at = i;
        const char32_t c = NextCodePoint(text, i);
        const bool ends = (c >= 10 && c <= 13) || (c >= 0x1c && c <= 0x1e) || c == 0x85 ||
                          c == 0x2028 || c == 0x2029;
        if (!ends) continue;
        if (c == '\r' && i < text.size() && text[i] == '\n') ++i;
        lines.push_back(text.substr(start, (keep_ends ? i : at) - start));
        start = i;
    }
    if (start < text.size()) lines.push_back(text.substr(start));
    return lines;
}

}  // namespace argosy::jinja
