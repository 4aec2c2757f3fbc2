#include "engine/scheduler/ngram_draft.h"

#include <gtest/gtest.h>

#include "engine/scheduler/draft_length.h"

namespace argosy {
namespace {

std::vector<TokenId> Propose(std::vector<TokenId> tokens, int32_t count) {
    NgramDraft ngram;
    std::vector<TokenId> draft;
    ngram.Propose(tokens, count, draft);
    return draft;
}

TEST(NgramDraft, ProposesWhatFollowedTheSameWordsBefore) {
    EXPECT_EQ(Propose({1, 2, 3, 4, 5, 9, 2, 3}, 2), (std::vector<TokenId>{4, 5}));
}

TEST(NgramDraft, PrefersTheLongestMatchThenTheLatest) {
    EXPECT_EQ(Propose({7, 1, 2, 3, 8, 1, 2, 4, 7, 1, 2}, 1), (std::vector<TokenId>{3}));
    EXPECT_EQ(Propose({1, 2, 3, 9, 1, 2, 4, 8, 1, 2}, 1), (std::vector<TokenId>{4}));
}

TEST(NgramDraft, ACycleGoesOnPastTheEnd) {
    EXPECT_EQ(Propose({1, 2, 1, 2}, 5), (std::vector<TokenId>{1, 2, 1, 2, 1}));
}

TEST(NgramDraft, OneEqualTokenIsNoMatch) {
    EXPECT_TRUE(Propose({1, 2, 3, 4, 2}, 3).empty());
    EXPECT_TRUE(Propose({1}, 3).empty());
    EXPECT_TRUE(Propose({1, 2}, 3).empty());
}

TEST(NgramDraft, GrowsWithItsSequence) {
    NgramDraft ngram;
    std::vector<TokenId> tokens;
    std::vector<TokenId> draft;
    for (int i = 0; i < 1000; ++i) {
        tokens.push_back(i % 10);
        draft.clear();
        ngram.Propose(tokens, 3, draft);
        if (i >= 11) {
            EXPECT_EQ(draft, (std::vector<TokenId>{(i + 1) % 10, (i + 2) % 10, (i + 3) % 10}));
        }
    }
}

TEST(DraftLength, FallsWhenGuessesFailAndRisesWhenTheyComeTrue) {
    DraftLength length;
    EXPECT_EQ(length.Next(8), 8);
    for (int i = 0; i < 4; ++i) length.Verified(4, 0);
    EXPECT_EQ(length.Next(8), 0);  // a pause
    int drafted = 0;
    for (int i = 0; i < 200; ++i) {
        if (int32_t now = length.Next(8); now > 0) {
            drafted += now;
            length.Verified(now, 0);
        }
    }
    EXPECT_LT(drafted, 20);
    while (length.Next(8) == 0) {
    }
    for (int i = 0; i < 10; ++i) length.Verified(length.Next(8), length.Next(8));
    EXPECT_EQ(length.Next(8), 8);
}

}  // namespace
}  // namespace argosy
