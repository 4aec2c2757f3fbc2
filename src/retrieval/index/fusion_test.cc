#include "retrieval/index/fusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace argosy::retrieval {
namespace {

using testing::ElementsAre;

TEST(FuseByRank, SumsReciprocalRanks) {
    const std::vector<SlotScore> dense = {{1, 0.9F}, {2, 0.8F}, {3, 0.7F}};
    const std::vector<SlotScore> lexical = {{3, 12.0F}, {4, 11.0F}};
    const RankedList lists[] = {{dense, 1}, {lexical, 2}};
    const auto fused = FuseByRank(lists, 3);
    ASSERT_EQ(fused.size(), 3U);
    EXPECT_EQ(fused[0].slot, 3U);
    EXPECT_FLOAT_EQ(fused[0].score, static_cast<float>(1.0 / 63 + 2.0 / 61));
    EXPECT_EQ(fused[1].slot, 4U);
    EXPECT_EQ(fused[2].slot, 1U);
    EXPECT_TRUE(FuseByRank({}, 3).empty());
}

TEST(FuseByRank, EqualScoresStandInOrderOfSlots) {
    const std::vector<SlotScore> one = {{9, 1.0F}}, two = {{4, 1.0F}};
    const RankedList lists[] = {{one, 1}, {two, 1}};
    EXPECT_EQ(FuseByRank(lists, 2)[0].slot, 4U);
}

TEST(MaximalMarginalRelevance, PrefersWhatIsNew) {
    const std::vector<float> relevance = {0.9F, 0.89F, 0.5F};
    const std::vector<std::vector<float>> vectors = {{1, 0}, {1, 0.01F}, {0, 1}};
    EXPECT_THAT(MaximalMarginalRelevance(relevance, vectors, 3, 1.0), ElementsAre(0, 1, 2));
    EXPECT_THAT(MaximalMarginalRelevance(relevance, vectors, 3, 0.5), ElementsAre(0, 2, 1));
    EXPECT_THAT(MaximalMarginalRelevance(relevance, vectors, 9, 0.5), ElementsAre(0, 2, 1));
    EXPECT_TRUE(MaximalMarginalRelevance({}, {}, 3, 0.5).empty());
}

}  // namespace
}  // namespace argosy::retrieval
