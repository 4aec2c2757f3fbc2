// Sets of Unicode scalar values as sorted ranges: what a character class means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::grammar {

struct CharRange {
    uint32_t lo = 0;
    uint32_t hi = 0;  // inclusive
    bool operator==(const CharRange&) const = default;
};

inline constexpr uint32_t kMaxChar = 0x10FFFF;

/// Sorted, without overlap, without surrogates (U+D800 to U+DFFF have no UTF-8).
class CharSet {
  public:
    CharSet() = default;
    CharSet(uint32_t lo, uint32_t hi) { Add(lo, hi); }
    static CharSet All() { return {0, kMaxChar}; }

    void Add(uint32_t lo, uint32_t hi) { ranges_.push_back({lo, hi}), normal_ = false; }
    void Add(uint32_t c) { Add(c, c); }
    void Add(const CharSet& other);
    CharSet Complement() const;
    CharSet Intersect(const CharSet& other) const;
    CharSet Minus(const CharSet& other) const { return Intersect(other.Complement()); }
    bool Contains(uint32_t c) const;
    bool ContainsAll(const CharSet& other) const { return other.Minus(*this).empty(); }
    bool empty() const { return ranges().empty(); }
    const std::vector<CharRange>& ranges() const;

  private:
    mutable std::vector<CharRange> ranges_;
    mutable bool normal_ = true;
};

void AppendUtf8(std::string& out, uint32_t c);
/// The next character of valid or invalid UTF-8 and moves on; invalid bytes give -1 each.
int32_t NextUtf8(std::string_view text, size_t& at);

/// One way to spell characters in UTF-8: `length` bytes, each within its range.
struct Utf8Sequence {
    uint8_t length = 0;
    uint8_t lo[4] = {};
    uint8_t hi[4] = {};
};
/// The characters of a set as byte sequences (Russ Cox, "Regular Expression Matching in the Wild").
std::vector<Utf8Sequence> Utf8Sequences(const CharSet& set);

}  // namespace argosy::grammar
