// The forms of personal data, one function each: the length of a match that begins exactly at
// `at`, or 0. That what stands before is a boundary is the caller's part. Private to FindPii.
#pragma once

#include <cstddef>
#include <string_view>

namespace argosy::lifecycle::internal {

size_t MatchEmail(std::string_view text, size_t at);
size_t MatchIban(std::string_view text, size_t at);
size_t MatchCard(std::string_view text, size_t at);
size_t MatchSsn(std::string_view text, size_t at);
size_t MatchIpv4(std::string_view text, size_t at);
size_t MatchPhone(std::string_view text, size_t at);

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }
inline bool IsWord(char c) { return IsDigit(c) || IsLetter(c); }

}  // namespace argosy::lifecycle::internal
