#include "engine/grammar/char_set.h"

#include <algorithm>

namespace argosy::grammar {
namespace {

constexpr uint32_t kSurrogateFirst = 0xD800, kSurrogateLast = 0xDFFF;

uint8_t Encode(uint32_t c, uint8_t out[4]) {
    if (c < 0x80) {
        out[0] = uint8_t(c);
        return 1;
    }
    if (c < 0x800) {
        out[0] = uint8_t(0xC0 | (c >> 6));
        out[1] = uint8_t(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = uint8_t(0xE0 | (c >> 12));
        out[1] = uint8_t(0x80 | ((c >> 6) & 63));
        out[2] = uint8_t(0x80 | (c & 63));
        return 3;
    }
    out[0] = uint8_t(0xF0 | (c >> 18));
    out[1] = uint8_t(0x80 | ((c >> 12) & 63));
    out[2] = uint8_t(0x80 | ((c >> 6) & 63));
    out[3] = uint8_t(0x80 | (c & 63));
    return 4;
}

// Splits until both ends have the same length and all but a common prefix runs over whole blocks.
void Split(uint32_t lo, uint32_t hi, std::vector<Utf8Sequence>& out) {
    for (const uint32_t last : {0x7FU, 0x7FFU, 0xFFFFU}) {
        if (lo <= last && last < hi) {
            Split(lo, last, out);
            Split(last + 1, hi, out);
            return;
        }
    }
    for (int tail = 1; hi > 0x7F && tail < 4; ++tail) {
        const uint32_t block = (1U << (6 * tail)) - 1;
        if ((lo & ~block) == (hi & ~block)) break;
        if ((lo & block) != 0) {
            Split(lo, lo | block, out);
            Split((lo | block) + 1, hi, out);
            return;
        }
        if ((hi & block) != block) {
            Split(lo, (hi & ~block) - 1, out);
            Split(hi & ~block, hi, out);
            return;
        }
    }
    Utf8Sequence sequence;
    sequence.length = Encode(lo, sequence.lo);
    Encode(hi, sequence.hi);
    out.push_back(sequence);
}

}  // namespace

const std::vector<CharRange>& CharSet::ranges() const {
    if (normal_) return ranges_;
    std::vector<CharRange> cut;
    for (CharRange r : ranges_) {
        r.hi = std::min(r.hi, kMaxChar);
        if (r.lo > r.hi) continue;
        if (r.hi < kSurrogateFirst || r.lo > kSurrogateLast) {
            cut.push_back(r);
            continue;
        }
        if (r.lo < kSurrogateFirst) cut.push_back({r.lo, kSurrogateFirst - 1});
        if (r.hi > kSurrogateLast) cut.push_back({kSurrogateLast + 1, r.hi});
    }
    std::ranges::sort(cut, {}, &CharRange::lo);
    ranges_.clear();
    for (const CharRange& r : cut) {
        if (!ranges_.empty() && r.lo <= ranges_.back().hi + 1) {
            ranges_.back().hi = std::max(ranges_.back().hi, r.hi);
        } else {
            ranges_.push_back(r);
        }
    }
    normal_ = true;
    return ranges_;
}

void CharSet::Add(const CharSet& other) {
    for (const CharRange& r : other.ranges()) Add(r.lo, r.hi);
}

CharSet CharSet::Complement() const {
    CharSet out;
    uint32_t next = 0;
    for (const CharRange& r : ranges()) {
        if (r.lo > next) out.Add(next, r.lo - 1);
        next = r.hi + 1;
    }
    if (next <= kMaxChar) out.Add(next, kMaxChar);
    return out;
}

CharSet CharSet::Intersect(const CharSet& other) const {
    CharSet out;
    const auto &a = ranges(), &b = other.ranges();
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const uint32_t lo = std::max(a[i].lo, b[j].lo), hi = std::min(a[i].hi, b[j].hi);
        if (lo <= hi) out.Add(lo, hi);
        a[i].hi < b[j].hi ? ++i : ++j;
    }
    return out;
}

bool CharSet::Contains(uint32_t c) const {
    return std::ranges::any_of(ranges(),
                               [c](const CharRange& r) { return r.lo <= c && c <= r.hi; });
}

void AppendUtf8(std::string& out, uint32_t c) {
    uint8_t bytes[4];
    const uint8_t length = Encode(c, bytes);
    out.append(reinterpret_cast<const char*>(bytes), length);
}

int32_t NextUtf8(std::string_view text, size_t& at) {
    const auto byte = [&](size_t i) { return uint8_t(text[i]); };
    const uint8_t lead = byte(at);
    if (lead < 0x80) return at++, lead;
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return ++at, -1;
    uint32_t c = lead & (0x7FU >> length);
    for (size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return ++at, -1;
        c = (c << 6) | (byte(at + i) & 63);
    }
    const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
    if (overlong || c > kMaxChar || (c >= kSurrogateFirst && c <= kSurrogateLast)) {
        return ++at, -1;
    }
    at += length;
    return int32_t(c);
}

std::vector<Utf8Sequence> Utf8Sequences(const CharSet& set) {
    std::vector<Utf8Sequence> out;
    for (const CharRange& r : set.ranges()) Split(r.lo, r.hi, out);
    return out;
}

}  // namespace argosy::grammar
