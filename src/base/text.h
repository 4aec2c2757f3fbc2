// Small things done with text in more than one room.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace argosy {

/// The known word with the fewest edits (Levenshtein) from `word`, if that is at most a third of
/// its length plus one; else empty. For "did you mean".
std::string NearestWord(std::string_view word, std::span<const std::string> known);

/// "1.5 GiB", "832 KiB", "17 B": at most three digits before the unit.
std::string FormatBytes(uint64_t bytes);
/// Bytes from "1.5GiB", "512M" (binary), "8GB" (decimal), "4096"; nothing where it is none.
bool ParseBytes(std::string_view text, uint64_t& bytes);

/// Length of the longest prefix of `text` that is whole UTF-8 characters: what is left of it could
/// still become a character. Invalid bytes count as whole.
size_t CompleteUtf8(std::string_view text);
/// The text with each maximal invalid part replaced by U+FFFD (Unicode 15, D93b).
std::string SanitizeUtf8(std::string_view text);

}  // namespace argosy
