#include "engine/scheduler/block_pool.h"

#include <gtest/gtest.h>

#include <random>

namespace argosy {
namespace {

using Tokens = std::vector<TokenId>;

std::shared_ptr<const CacheRoot> Root(std::string salt = "", uint64_t adapter = 0) {
    return std::make_shared<CacheRoot>(CacheRoot{std::move(salt), adapter});
}

TEST(BlockPool, EvictsLeastRecentlyUsedBlockWhenFull) {
    BlockPool pool(2, 2, true);
    auto root = Root();
    int32_t a = pool.Register(root, -1, pool.Allocate(), Tokens{1, 1});
    int32_t b = pool.Register(root, -1, pool.Allocate(), Tokens{2, 2});
    EXPECT_EQ(pool.Allocate(), -1);
    pool.Unref(a);
    pool.Unref(b);
    pool.Ref(a);  // used again: b is older now
    pool.Unref(a);
    EXPECT_EQ(pool.Allocate(), b);
    EXPECT_EQ(pool.Find(*root, -1, Tokens{1, 1}), a);
    EXPECT_EQ(pool.Find(*root, -1, Tokens{2, 2}), -1);
}

TEST(BlockPool, BlocksWithoutContentAreReusedBeforeCachedOnes) {
    BlockPool pool(2, 2, true);
    auto root = Root();
    int32_t cached = pool.Register(root, -1, pool.Allocate(), Tokens{1, 1});
    int32_t plain = pool.Allocate();
    pool.Unref(cached);
    pool.Unref(plain);
    EXPECT_EQ(pool.Allocate(), plain);
}

TEST(BlockPool, FindsOnlyUnderTheSameParentSaltAndAdapter) {
    BlockPool pool(4, 2, true);
    auto root = Root("a", 1);
    int32_t first = pool.Register(root, -1, pool.Allocate(), Tokens{1, 2});
    int32_t second = pool.Register(root, first, pool.Allocate(), Tokens{3, 4});
    EXPECT_EQ(pool.Find(*root, first, Tokens{3, 4}), second);
    EXPECT_EQ(pool.Find(*root, -1, Tokens{3, 4}), -1);
    EXPECT_EQ(pool.Find(*root, second, Tokens{3, 4}), -1);
    EXPECT_EQ(pool.Find(*Root("b", 1), -1, Tokens{1, 2}), -1);
    EXPECT_EQ(pool.Find(*Root("a", 2), -1, Tokens{1, 2}), -1);
    EXPECT_EQ(pool.Find(*Root("a", 1), -1, Tokens{1, 2}), first);
}

TEST(BlockPool, TheSameTextComputedTwiceIsKeptOnce) {
    BlockPool pool(3, 2, true);
    auto root = Root();
    int32_t first = pool.Register(root, -1, pool.Allocate(), Tokens{1, 2});
    int32_t again = pool.Register(root, -1, pool.Allocate(), Tokens{1, 2});
    EXPECT_EQ(again, first);
    EXPECT_EQ(pool.refs(first), 2);
    EXPECT_EQ(pool.used(), 1);
}

TEST(BlockPool, ABlockUnderAnEvictedParentIsNotFoundUnderItsSuccessor) {
    BlockPool pool(2, 1, true);
    auto root = Root();
    int32_t parent = pool.Register(root, -1, pool.Allocate(), Tokens{1});
    int32_t child = pool.Register(root, parent, pool.Allocate(), Tokens{2});
    pool.Unref(parent);  // the wrong order: the parent goes first
    pool.Unref(child);
    int32_t other = pool.Register(root, -1, pool.Allocate(), Tokens{9});
    ASSERT_EQ(other, parent);
    EXPECT_EQ(pool.Find(*root, other, Tokens{2}), -1);
}

TEST(BlockPool, WithoutCacheNothingIsFound) {
    BlockPool pool(2, 1, false);
    auto root = Root();
    int32_t block = pool.Allocate();
    EXPECT_EQ(pool.Register(root, -1, block, Tokens{1}), block);
    EXPECT_EQ(pool.Find(*root, -1, Tokens{1}), -1);
}

TEST(BlockPool, CountsHoldUnderRandomUse) {
    BlockPool pool(24, 2, true);
    auto root = Root();
    std::mt19937 random(7);
    std::vector<std::vector<int32_t>> tables;
    for (int round = 0; round < 20'000; ++round) {
        if (tables.size() > 6 || (!tables.empty() && random() % 2 == 0)) {
            auto& table = tables[random() % tables.size()];
            while (!table.empty()) {
                pool.Unref(table.back());
                table.pop_back();
            }
            std::swap(table, tables.back());
            tables.pop_back();
        } else {
            std::vector<int32_t> table;
            for (size_t i = 0; i < 1 + random() % 6; ++i) {
                Tokens tokens{static_cast<TokenId>(random() % 2), static_cast<TokenId>(i)};
                int32_t parent = table.empty() ? -1 : table.back();
                int32_t block = pool.Find(*root, parent, tokens);
                if (block >= 0) {
                    pool.Ref(block);
                } else if ((block = pool.Allocate()) >= 0) {
                    block = pool.Register(root, parent, block, tokens);
                } else {
                    break;
                }
                table.push_back(block);
            }
            tables.push_back(std::move(table));
        }
        std::vector<std::span<const int32_t>> views(tables.begin(), tables.end());
        pool.CheckInvariants(views);
    }
}

}  // namespace
}  // namespace argosy
