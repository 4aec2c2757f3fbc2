#include "model/jinja/string_literal.h"

#include <charconv>

#include "model/jinja/failure.h"
#include "model/jinja/unicode.h"

namespace argosy::jinja {
namespace {

void AppendHex(std::string& out, std::string_view body, size_t& i, size_t digits, int line) {
    uint32_t value = 0;
    const std::string_view hex = body.substr(i, digits);
    const auto [end, ec] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    if (hex.size() < digits || ec != std::errc() || end != hex.data() + digits) {
        FailAt(line, ErrorCode::kInvalidArgument, "a \\{} escape needs {} hex digits", body[i - 1],
               digits);
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        FailAt(line, ErrorCode::kInvalidArgument, "the escape \\{}{} is no Unicode character",
               body[i - 1], hex);
    }
    AppendUtf8(out, value);
    i += digits;
}

void AppendOctal(std::string& out, std::string_view body, size_t& i) {
    char32_t value = 0;
    for (int n = 0; n < 3 && i < body.size() && body[i] >= '0' && body[i] <= '7'; ++n) {
        value = value * 8 + static_cast<char32_t>(body[i++] - '0');
    }
    AppendUtf8(out, value);
}

}  // namespace

std::string UnescapeLiteral(std::string_view body, int line) {
    static constexpr std::string_view kLetters = "abfnrtv\\'\"";
    static constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
    std::string out;
    for (size_t i = 0; i < body.size();) {
        if (body[i] != '\\' || i + 1 == body.size()) {
            out += body[i++];
            continue;
        }
        const char c = body[i + 1];
        if (const size_t known = kLetters.find(c); known != std::string_view::npos) {
            out += kMeanings[known];
            i += 2;
        } else if (c == '\n') {
            i += 2;
        } else if (c == 'x' || c == 'u' || c == 'U') {
            i += 2;
            AppendHex(out, body, i, c == 'x' ? 2 : c == 'u' ? 4 : 8, line);
        } else if (c >= '0' && c <= '7') {
            ++i;
            AppendOctal(out, body, i);
        } else if (c == 'N') {
            FailAt(line, ErrorCode::kUnsupported, "named characters (\\N) are not supported");
        } else {
            out += '\\';
            ++i;
        }
    }
    return out;
}

}  // namespace argosy::jinja
