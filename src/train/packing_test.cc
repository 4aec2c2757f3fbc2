#include "train/packing.h"

#include <gtest/gtest.h>

namespace argosy::train {
namespace {

TEST(Packing, PositionsRestartAndRowsAreFound) {
    const std::vector<TokenId> a{1, 2, 3}, b{4}, c{5, 6, 7};
    const std::vector<std::span<const TokenId>> sequences{a, b, c};
    const PackedRows packed = PackSequences(sequences);
    EXPECT_EQ(packed.tokens, (std::vector<TokenId>{4, 1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(packed.positions, (std::vector<int32_t>{0, 0, 1, 2, 0, 1, 2}));
    EXPECT_EQ(packed.first_row, (std::vector<int64_t>{1, 0, 4}));
    ASSERT_EQ(packed.groups.size(), 2u);
    EXPECT_EQ(packed.groups[1].lengths, (std::vector<int64_t>{3, 3}));
    EXPECT_FALSE(packed.groups[1].padded());
}

TEST(Packing, PadsAtMostAQuarter) {
    std::vector<std::vector<TokenId>> texts;
    for (size_t i = 1; i < 60; ++i) texts.emplace_back(1 + i * 13 % 50, 7);
    const std::vector<std::span<const TokenId>> sequences(texts.begin(), texts.end());
    int64_t row = 0;
    for (const SequenceGroup& group : PackSequences(sequences).groups) {
        EXPECT_EQ(group.first_row, row);
        row += group.rows;
        const auto count = static_cast<int64_t>(group.lengths.size());
        EXPECT_LE(group.length * count * 4, group.rows * 5);
    }
}

}  // namespace
}  // namespace argosy::train
