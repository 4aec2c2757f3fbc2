#include "engine/scheduler/scheduler.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>

namespace argosy {
namespace {

// Sequences with one owner, and a step that "runs" by committing what was planned.
class Bench {
  public:
    Bench(SchedulerLimits limits, int32_t blocks, bool cache = true)
        : pool(blocks, 4, cache), scheduler(limits, pool) {}

    Sequence& Add(std::vector<TokenId> tokens, int64_t order = 0) {
        auto sequence = std::make_unique<Sequence>();
        sequence->id = all.size() + 1;
        sequence->order = order;
        sequence->root = root;
        sequence->tokens = std::move(tokens);
        all.push_back(std::move(sequence));
        scheduler.Add(*all.back());
        return *all.back();
    }
    // Plans and commits; sequences that sampled get `next` as their new token.
    std::vector<StepItem> Step(TokenId next = 1000) {
        auto items = scheduler.Plan().items;
        scheduler.CheckInvariants();
        for (const StepItem& item : items) {
            scheduler.Commit(*item.sequence, item.position + item.count - item.drafts);
            if (item.samples) item.sequence->tokens.push_back(next);
        }
        scheduler.CheckInvariants();
        return items;
    }
    static int32_t TokensOf(const std::vector<StepItem>& items, const Sequence& sequence) {
        for (const StepItem& item : items) {
            if (item.sequence == &sequence) return item.count;
        }
        return 0;
    }

    BlockPool pool;
    Scheduler scheduler;
    std::shared_ptr<const CacheRoot> root = std::make_shared<CacheRoot>();
    std::vector<std::unique_ptr<Sequence>> all;
};

std::vector<TokenId> Text(int32_t length, TokenId first) {
    std::vector<TokenId> tokens(static_cast<size_t>(length));
    std::iota(tokens.begin(), tokens.end(), first);
    return tokens;
}

TEST(Scheduler, DecodesGoBeforePrefillsWithinTheTokenBudget) {
    Bench bench({.max_running = 4, .max_batch_tokens = 8}, 100);
    Sequence& decoding = bench.Add(Text(3, 0));
    bench.Step();
    Sequence& prompt = bench.Add(Text(30, 100));
    auto items = bench.Step();
    EXPECT_EQ(items.front().sequence, &decoding);
    EXPECT_EQ(bench.TokensOf(items, decoding), 1);
    EXPECT_EQ(bench.TokensOf(items, prompt), 7);
}

TEST(Scheduler, AShortPromptDoesNotWaitForALongOneNorTheOtherWay) {
    Bench bench({.max_running = 8, .max_batch_tokens = 16}, 1000);
    Sequence& big = bench.Add(Text(1000, 0), 1);
    bench.Step();
    Sequence& small = bench.Add(Text(6, 5000), 2);
    auto items = bench.Step();
    EXPECT_EQ(bench.TokensOf(items, small), 6);
    EXPECT_EQ(bench.TokensOf(items, big), 10);
    for (int i = 0; i < 20; ++i) bench.Add(Text(50, 10'000 + 100 * i), 3 + i);
    EXPECT_GE(bench.TokensOf(bench.Step(), big), 7);
}

TEST(Scheduler, SequencesWithACommonBeginningComputeItOnce) {
    Bench bench({.max_running = 8, .max_batch_tokens = 64}, 100);
    for (int i = 0; i < 5; ++i) {
        auto tokens = Text(16, 0);
        tokens.push_back(100 + i);
        bench.Add(tokens, i);
    }
    auto first = bench.Step();
    EXPECT_EQ(first.size(), 1U);  // the others wait for it
    EXPECT_EQ(first[0].count, 17);
    auto second = bench.Step();
    EXPECT_EQ(second.size(), 5U);
    for (const StepItem& item : second) EXPECT_EQ(item.count, 1);
    EXPECT_EQ(bench.pool.used(), 4 + 5);
}

TEST(Scheduler, AFollowerGoesOnWhenItsLeaderIsRemoved) {
    Bench bench({.max_running = 8, .max_batch_tokens = 8}, 100);
    Sequence& leader = bench.Add(Text(40, 0), 1);
    auto longer = Text(40, 0);
    longer.push_back(7);
    Sequence& follower = bench.Add(longer, 2);
    EXPECT_EQ(bench.TokensOf(bench.Step(), follower), 0);
    bench.scheduler.Remove(leader);
    EXPECT_EQ(bench.TokensOf(bench.Step(), follower), 8);
    EXPECT_EQ(follower.computed, 16);  // with the 8 that the leader left
}

TEST(Scheduler, TheLastInOrderGivesUpItsBlocksAndComesBack) {
    Bench bench({.max_running = 2, .max_batch_tokens = 64}, 4, false);
    Sequence& first = bench.Add(Text(7, 0), 1);
    Sequence& second = bench.Add(Text(7, 100), 2);
    bench.Step();
    bench.Step();  // 8 tokens each: all four blocks
    EXPECT_EQ(bench.pool.free(), 0);
    bench.Step();
    EXPECT_TRUE(first.running);
    EXPECT_FALSE(second.running);
    EXPECT_EQ(second.computed, 0);
    EXPECT_EQ(second.length(), 9);  // nothing lost
    bench.scheduler.Remove(first);
    EXPECT_EQ(bench.TokensOf(bench.Step(), second), 9);
}

TEST(Scheduler, ForksShareBlocksUntilTheyWrite) {
    Bench bench({.max_running = 4, .max_batch_tokens = 64}, 20, false);
    Sequence& parent = bench.Add(Text(6, 0));
    bench.scheduler.Plan();
    bench.scheduler.Commit(parent, 6);
    Sequence child;
    child.id = 99;
    child.root = bench.root;
    child.tokens = parent.tokens;
    bench.scheduler.Fork(parent, child);
    EXPECT_EQ(bench.pool.used(), 2);
    parent.tokens.push_back(1);
    child.tokens.push_back(2);
    const StepPlan& plan = bench.scheduler.Plan();
    ASSERT_EQ(plan.copies.size(), 1U);  // the last one writes in place
    EXPECT_EQ(bench.pool.used(), 3);
    EXPECT_EQ(parent.blocks[0], child.blocks[0]);
    EXPECT_NE(parent.blocks[1], child.blocks[1]);
    bench.scheduler.CheckInvariants();
    bench.scheduler.Remove(child);
}

TEST(Scheduler, DraftsNeverPreemptAndRejectedOnesGiveBlocksBack) {
    Bench bench({.max_running = 2, .max_batch_tokens = 64}, 3, false);
    Sequence& sequence = bench.Add(Text(4, 0));
    bench.Step();
    sequence.draft = Text(20, 500);
    auto items = bench.Step();
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].drafts, 7);  // position 4 and seven more fill the last two blocks
    EXPECT_EQ(bench.pool.used(), 2);
}

TEST(Scheduler, PriorityRunsFirstButWaitingOutweighsItInTheEnd) {
    auto start = std::chrono::steady_clock::time_point(std::chrono::hours(1));
    EXPECT_LT(OrderOf(-1, start + std::chrono::seconds(1)), OrderOf(0, start));
    EXPECT_GT(OrderOf(-1, start + kPriorityLevel * 2), OrderOf(0, start));
    EXPECT_LT(OrderOf(INT32_MIN, start), OrderOf(INT32_MAX, start));
}

TEST(Scheduler, ALargeSequenceThatWaitsForRoomIsNotOvertaken) {
    Bench bench({.max_running = 8, .max_batch_tokens = 64}, 10, false);
    Sequence& running = bench.Add(Text(12, 0), 1);
    bench.Step();
    Sequence& large = bench.Add(Text(36, 100), 2);
    Sequence& small = bench.Add(Text(2, 200), 3);
    bench.Step();
    EXPECT_TRUE(bench.scheduler.blocked());
    EXPECT_FALSE(large.running);
    EXPECT_FALSE(small.running);
    bench.scheduler.Remove(running);
    bench.Step();
    EXPECT_TRUE(large.running);
}

}  // namespace
}  // namespace argosy
