#include "model/tokenizers/byte_alphabet.h"

#include <array>

#include "model/tokenizers/utf8.h"

namespace argosy::tokenizers {

namespace {

struct Alphabet {
    std::array<std::string, 256> characters;
    std::array<int16_t, 512> bytes{};

    Alphabet() {
        bytes.fill(-1);
        char32_t next = 256;
        for (char32_t byte = 0; byte < 256; ++byte) {
            const bool printable = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
            const char32_t code = printable ? byte : next++;
            AppendUtf8(characters[byte], code);
            bytes[code] = static_cast<int16_t>(byte);
        }
    }
};

const Alphabet& TheAlphabet() {
    static const Alphabet alphabet;
    return alphabet;
}

int HexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

std::string_view ByteCharacter(uint8_t byte) { return TheAlphabet().characters[byte]; }

int ByteOfCharacter(char32_t c) { return c < 512 ? TheAlphabet().bytes[c] : -1; }

std::optional<std::string> BytesOfText(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (size_t at = 0; at < text.size();) {
        const int byte = ByteOfCharacter(NextCodePoint(text, at));
        if (byte < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
}

std::string TextOfBytes(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) text += ByteCharacter(static_cast<uint8_t>(byte));
    return text;
}

int ByteOfHexToken(std::string_view text) {
    if (text.size() != 6 || !text.starts_with("<0x") || text.back() != '>') return -1;
    const int high = HexDigit(text[3]), low = HexDigit(text[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace argosy::tokenizers
