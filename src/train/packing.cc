#include "train/packing.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace argosy::train {

namespace {

// Padding costs arithmetic, a group costs calls: a quarter more rows is where they meet.
bool Fits(const SequenceGroup& group, int64_t length) {
    const auto count = static_cast<int64_t>(group.lengths.size()) + 1;
    return count * length * 4 <= (group.rows + length) * 5;
}

}  // namespace

PackedRows PackSequences(std::span<const std::span<const TokenId>> sequences) {
    std::vector<size_t> order(sequences.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, {}, [&](size_t i) { return std::pair(sequences[i].size(), i); });
    PackedRows packed;
    packed.first_row.resize(sequences.size());
    for (const size_t i : order) {
        const auto length = static_cast<int64_t>(sequences[i].size());
        const auto row = static_cast<int64_t>(packed.tokens.size());
        if (packed.groups.empty() || !Fits(packed.groups.back(), length)) {
            packed.groups.push_back({row, 0, 0, {}});
        }
        SequenceGroup& group = packed.groups.back();
        group.rows += length;
        group.length = length;
        group.lengths.push_back(length);
        packed.first_row[i] = row;
        packed.tokens.insert(packed.tokens.end(), sequences[i].begin(), sequences[i].end());
        for (int64_t at = 0; at < length; ++at) {
            packed.positions.push_back(static_cast<int32_t>(at));
        }
    }
    return packed;
}

}  // namespace argosy::train
