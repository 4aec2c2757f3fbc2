#include "train/batch_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace argosy::train {
namespace {

std::vector<size_t> Sorted(const std::vector<Pass>& passes) {
    std::vector<size_t> all;
    for (const Pass& pass : passes) all.insert(all.end(), pass.begin(), pass.end());
    std::ranges::sort(all);
    return all;
}

TEST(BatchPlan, EachExampleOnceInAnOrderOfSeedAndEpoch) {
    const std::vector<int64_t> tokens(37, 5);
    BatchOptions options;
    const auto plan = PlanEpoch(tokens, options, 1, 0);
    EXPECT_EQ(plan.size(), 5u);
    EXPECT_EQ(plan.back().size(), 5u);
    EXPECT_EQ(plan, PlanEpoch(tokens, options, 1, 0));
    EXPECT_NE(plan, PlanEpoch(tokens, options, 1, 1));
    EXPECT_NE(plan, PlanEpoch(tokens, options, 2, 0));
    const auto all = Sorted(plan);
    for (size_t i = 0; i < tokens.size(); ++i) EXPECT_EQ(all[i], i);
}

TEST(BatchPlan, PacksWithinTheLimit) {
    std::vector<int64_t> tokens(100);
    for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<int64_t>(3 + i * 7 % 40);
    BatchOptions options;
    options.pack = true;
    options.pack_tokens = 128;
    const auto plan = PlanEpoch(tokens, options, 3, 0);
    int64_t total = 0;
    for (const Pass& pass : plan) {
        int64_t used = 0;
        for (const size_t example : pass) used += tokens[example];
        EXPECT_LE(used, 128);
        total += used;
    }
    EXPECT_EQ(Sorted(plan).size(), tokens.size());
    EXPECT_GT(total, static_cast<int64_t>(plan.size()) * 128 * 9 / 10) << "packs badly filled";
}

TEST(BatchPlan, KeepsTheOrderWhereAsked) {
    BatchOptions options;
    options.shuffle = false;
    options.examples = 2;
    EXPECT_EQ(PlanEpoch(std::vector<int64_t>(3, 1), options, 9, 4),
              (std::vector<Pass>{{0, 1}, {2}}));
    EXPECT_EQ(StepsOf(5, 2), 3);
}

}  // namespace
}  // namespace argosy::train
