#include "retrieval/load/decode_text.h"

#include <utf8proc.h>

#include <utility>

#include "model/tokenizers/utf8.h"

namespace argosy::retrieval {

namespace {

constexpr std::string_view kBom8 = "\xEF\xBB\xBF";
constexpr std::string_view kBomLittle = "\xFF\xFE";
constexpr std::string_view kBomBig = "\xFE\xFF";

bool IsHigh(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLow(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

Result<std::string> DecodeUtf16(std::string_view bytes) {
    const bool big = bytes.starts_with(kBomBig);
    const auto unit = [&](size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(big ? first << 8 | second : second << 8 | first);
    };
    std::string text;
    for (size_t at = 2; at < bytes.size(); at += 2) {
        if (at + 1 == bytes.size()) {
            return Err(ErrorCode::kInvalidArgument, "half a UTF-16 unit at the end, offset {}", at);
        }
        char32_t code = unit(at);
        if (code == 0) {
            return Err(ErrorCode::kInvalidArgument,
                       "a NUL at offset {} of UTF-16 (UTF-32 is not read); save it as UTF-8", at);
        }
        if (IsHigh(code) && at + 3 < bytes.size() && IsLow(unit(at + 2))) {
            code = 0x10000 + ((code - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
            at += 2;
        } else if (IsHigh(code) || IsLow(code)) {
            return Err(ErrorCode::kInvalidArgument, "half a surrogate pair at offset {} of UTF-16",
                       at);
        }
        tokenizers::AppendUtf8(text, code);
    }
    return text;
}

}  // namespace

bool IsUtf16(std::string_view bytes) {
    return bytes.starts_with(kBomLittle) || bytes.starts_with(kBomBig);
}

size_t FirstBadUtf8(std::string_view text) {
    if (tokenizers::IsValidUtf8(text)) return text.size();
    size_t at = 0;
    while (at < text.size()) {
        utf8proc_int32_t code = 0;
        const auto used =
            utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                             static_cast<utf8proc_ssize_t>(text.size() - at), &code);
        if (used <= 0) break;
        at += static_cast<size_t>(used);
    }
    return at;
}

Result<std::string> DecodeText(std::string bytes) {
    if (IsUtf16(bytes)) return DecodeUtf16(bytes);
    const size_t bad = FirstBadUtf8(bytes);
    if (bad < bytes.size()) {
        return Err(ErrorCode::kInvalidArgument,
                   "byte 0x{:02X} at offset {} is not UTF-8; save the file as UTF-8, or as UTF-16 "
                   "with a byte-order mark",
                   static_cast<unsigned char>(bytes[bad]), bad);
    }
    const size_t nul = bytes.find('\0');
    if (nul != std::string::npos) {
        return Err(ErrorCode::kInvalidArgument,
                   "a NUL byte at offset {}: is this a text file, or UTF-16 without its mark?",
                   nul);
    }
    if (bytes.starts_with(kBom8)) bytes.erase(0, kBom8.size());
    return bytes;
}

}  // namespace argosy::retrieval
