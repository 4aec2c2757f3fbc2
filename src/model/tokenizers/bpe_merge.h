// Byte-pair encoding's loop: merge the best pair of neighbours until none can be merged. Short
// words by scanning, long ones with a heap: n log n, so that a megabyte without a space is no
// attack.
#pragma once

#include <algorithm>
#include <cstdint>
#include <queue>
#include <vector>

#include "model/tokenizer.h"

namespace argosy::tokenizers {

/// A part of the word: `id` is its token, or -1 where it is none.
struct Symbol {
    TokenId id;
    uint32_t begin, end;
};

/// What two neighbours become. Lower ranks merge first, then what is further left.
struct Merge {
    static constexpr uint32_t kNone = UINT32_MAX;
    uint32_t rank = kNone;
    TokenId id = -1;
};

inline constexpr size_t kShortWord = 40;

/// `find(const Symbol&, const Symbol&)` gives a Merge. For at most kShortWord symbols.
template <typename Find>
void MergeShort(std::vector<Symbol>& symbols, const Find& find) {
    Merge merges[kShortWord];
    size_t count = symbols.size();
    for (size_t i = 0; i + 1 < count; ++i) merges[i] = find(symbols[i], symbols[i + 1]);
    while (count > 1) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < count; ++i) {
            if (merges[i].rank < merges[best].rank) best = i;
        }
        if (merges[best].rank == Merge::kNone) break;
        symbols[best].id = merges[best].id;
        symbols[best].end = symbols[best + 1].end;
        --count;
        for (size_t i = best + 1; i < count; ++i) {
            symbols[i] = symbols[i + 1];
            merges[i] = merges[i + 1];
        }
        if (best + 1 < count) merges[best] = find(symbols[best], symbols[best + 1]);
        if (best > 0) merges[best - 1] = find(symbols[best - 1], symbols[best]);
    }
    symbols.resize(count);
}

template <typename Find>
void MergeLong(std::vector<Symbol>& symbols, const Find& find) {
    constexpr uint32_t kEnd = UINT32_MAX;
    struct Candidate {
        uint64_t key;  // rank, then position
        TokenId id;
        uint32_t left_end, right_end;  // what the pair was; else it has changed since
        bool operator<(const Candidate& other) const { return key > other.key; }
    };
    const auto count = static_cast<uint32_t>(symbols.size());
    std::vector<uint32_t> next(count), previous(count);
    std::vector<Candidate> candidates;
    candidates.reserve(count);
    const auto add = [&](uint32_t at, auto&& put) {
        if (at == kEnd || next[at] == kEnd) return;
        const Symbol &left = symbols[at], &right = symbols[next[at]];
        const Merge merge = find(left, right);
        if (merge.rank == Merge::kNone) return;
        put(Candidate{(uint64_t{merge.rank} << 32) | at, merge.id, left.end, right.end});
    };
    for (uint32_t i = 0; i < count; ++i) {
        next[i] = i + 1 < count ? i + 1 : kEnd;
        previous[i] = i > 0 ? i - 1 : kEnd;
    }
    for (uint32_t i = 0; i < count; ++i) {
        add(i, [&](const Candidate& c) { candidates.push_back(c); });
    }
    std::priority_queue<Candidate> queue(std::less<Candidate>(), std::move(candidates));
    std::vector<bool> gone(count);
    while (!queue.empty()) {
        const Candidate best = queue.top();
        queue.pop();
        const auto at = static_cast<uint32_t>(best.key);
        if (gone[at] || next[at] == kEnd || symbols[at].end != best.left_end ||
            symbols[next[at]].end != best.right_end) {
            continue;
        }
        const uint32_t right = next[at];
        symbols[at].id = best.id;
        symbols[at].end = symbols[right].end;
        gone[right] = true;
        next[at] = next[right];
        if (next[at] != kEnd) previous[next[at]] = at;
        const auto push = [&](const Candidate& c) { queue.push(c); };
        add(at, push);
        add(previous[at], push);
    }
    size_t kept = 0;
    for (uint32_t i = 0; i < count; ++i) {
        if (!gone[i]) symbols[kept++] = symbols[i];
    }
    symbols.resize(kept);
}

template <typename Find>
void MergeSymbols(std::vector<Symbol>& symbols, const Find& find) {
    if (symbols.size() <= kShortWord) {
        MergeShort(symbols, find);
    } else {
        MergeLong(symbols, find);
    }
}

}  // namespace argosy::tokenizers
