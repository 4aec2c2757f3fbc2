// The characters that byte-level BPE writes for the 256 bytes: printable ones of Latin-1 for
// themselves, the others from U+0100 on (as GPT-2's encoder published it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace argosy::tokenizers {

/// The character, as UTF-8, that stands for a byte.
std::string_view ByteCharacter(uint8_t byte);
/// The byte that a character stands for, or -1.
int ByteOfCharacter(char32_t c);
/// The bytes that a token's text stands for; nothing where one of its characters is none of the
/// alphabet.
std::optional<std::string> BytesOfText(std::string_view text);
std::string TextOfBytes(std::string_view bytes);

/// "<0x0A>" as its byte, or -1.
int ByteOfHexToken(std::string_view text);

}  // namespace argosy::tokenizers
