#include "model/tokenizers/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace argosy::tokenizers {

namespace {

// Unicode's White_Space, which \s means in tokenizer.json. PCRE2's own \s has U+180E besides.
constexpr std::string_view kSpaces =
    R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";

// What \w means there: PCRE2's own has all numbers, and no marks.
constexpr std::string_view kWords =
    R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169})"
    R"(\x{1F170}-\x{1F189})";

/// The pattern with \s, \S, \w and \W written out, within brackets (the small ones) and outside.
std::string WithUnicodeClasses(std::string_view pattern) {
    std::string out;
    bool in_class = false;
    for (size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            const char escaped = pattern[++i];
            const bool space = escaped == 's' || escaped == 'S';
            const bool negated = escaped == 'S' || escaped == 'W';
            if ((!space && escaped != 'w' && escaped != 'W') || (in_class && negated)) {
                out += c;
                out += escaped;
                continue;
            }
            if (!in_class) out += negated ? "[^" : "[";
            out += space ? kSpaces : kWords;
            if (!in_class) out += ']';
            continue;
        }
        if (c == '[') in_class = true;
        if (c == ']') in_class = false;
        out += c;
    }
    return out;
}

}  // namespace

Regex::Regex(void* code)
    : code_(code, [](void* p) { pcre2_code_free(static_cast<pcre2_code*>(p)); }) {}

Result<Regex> Regex::Compile(std::string_view pattern) {
    const std::string written = WithUnicodeClasses(pattern);
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code* code =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(written.data()), written.size(),
                      PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &offset, nullptr);
    if (code == nullptr) {
        char message[256] = {};
        pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message), sizeof message);
        return Err(ErrorCode::kInvalidArgument, "regular expression \"{}\": {} at offset {}",
                   pattern.substr(0, 200), static_cast<const char*>(message), offset);
    }
    // Without machine code (a platform that forbids it) the same matches are found more slowly.
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return Regex(code);
}

void Regex::ForEachMatch(std::string_view text,
                         const std::function<void(size_t begin, size_t end)>& found) const {
    const auto* code = static_cast<const pcre2_code*>(code_.get());
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    // Only the whole match is asked for. One for each thread: words are many and short.
    thread_local const std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)> data(
        pcre2_match_data_create(1, nullptr), pcre2_match_data_free);
    for (size_t from = 0; from < text.size();) {
        int count =
            pcre2_match(code, subject, text.size(), from, PCRE2_NO_UTF_CHECK, data.get(), nullptr);
        if (count == PCRE2_ERROR_JIT_STACKLIMIT) {
            count = pcre2_match(code, subject, text.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                                data.get(), nullptr);
        }
        if (count < 0) return;  // 0: there were groups besides
        const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.get());
        const size_t begin = offsets[0], end = offsets[1];
        if (end > begin) {
            found(begin, end);
            from = end;
            continue;
        }
        // An empty match: on from the next character.
        from = begin + 1;
        while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) {
            ++from;
        }
    }
}

std::string Regex::ReplaceAll(std::string_view text, std::string_view replacement) const {
    std::string out;
    size_t copied = 0;
    ForEachMatch(text, [&](size_t begin, size_t end) {
        out += text.substr(copied, begin - copied);
        out += replacement;
        copied = end;
    });
    out += text.substr(copied);
    return out;
}

}  // namespace argosy::tokenizers
