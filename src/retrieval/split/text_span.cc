#include "retrieval/split/text_span.h"

#include <algorithm>

namespace argosy::retrieval {

namespace {

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// By the first byte of a character.
size_t LengthOf(unsigned char lead) {
    if (lead < 0xC0) return 1;
    if (lead < 0xE0) return 2;
    return lead < 0xF0 ? 3 : 4;
}

}  // namespace

size_t CountCodePoints(std::string_view text) {
    return static_cast<size_t>(
        std::ranges::count_if(text, [](char byte) { return !IsContinuation(byte); }));
}

size_t Advance(std::string_view text, size_t at, size_t count) {
    while (at < text.size() && count > 0) {
        ++at;
        while (at < text.size() && IsContinuation(text[at])) ++at;
        --count;
    }
    return at;
}

size_t Retreat(std::string_view text, size_t at, size_t count) {
    while (at > 0 && count > 0) {
        --at;
        while (at > 0 && IsContinuation(text[at])) --at;
        --count;
    }
    return at;
}

CodePoint CodePointAt(std::string_view text, size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t length = LengthOf(lead);
    if (length == 1) return {lead, at + 1};
    char32_t value = lead & (0xFFu >> (length + 1));
    size_t next = at + 1;
    while (next < text.size() && next < at + length && IsContinuation(text[next])) {
        value = value << 6 | (static_cast<unsigned char>(text[next]) & 0x3Fu);
        ++next;
    }
    return {value, next};
}

bool IsSpace(char32_t c) {
    if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Span Strip(std::string_view text, Span span) {
    const std::string_view within = text.substr(0, span.end);
    while (span.begin < span.end) {
        const CodePoint first = CodePointAt(within, span.begin);
        if (!IsSpace(first.value)) break;
        span.begin = first.next;
    }
    while (span.end > span.begin) {
        const size_t last = std::max(Retreat(within, span.end, 1), span.begin);
        if (!IsSpace(CodePointAt(within, last).value)) break;
        span.end = last;
    }
    return span;
}

}  // namespace argosy::retrieval
