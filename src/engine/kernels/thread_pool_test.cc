#include "engine/kernels/thread_pool.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

TEST(ThreadPool, RunsEveryTaskOnce) {
    for (const int threads : {1, 2, 5}) {
        ThreadPool pool(threads);
        EXPECT_EQ(pool.threads(), threads);
        for (int round = 0; round < 300; ++round) {
            const int tasks = round % 17;
            std::vector<std::atomic<int>> seen(static_cast<size_t>(tasks));
            pool.Run(tasks, [&](int task, int worker) {
                EXPECT_GE(worker, 0);
                EXPECT_LT(worker, threads);
                ++seen[static_cast<size_t>(task)];
            });
            for (const auto& count : seen) EXPECT_EQ(count, 1);
        }
    }
}

TEST(ThreadPool, WakesWorkersThatHaveParked) {
    ThreadPool pool(3);
    for (int round = 0; round < 20; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        std::atomic<int> done{0};
        pool.Run(64, [&](int, int) { ++done; });
        EXPECT_EQ(done, 64);
    }
}

TEST(ThreadPool, EndsWhileIdle) {
    for (int i = 0; i < 50; ++i) ThreadPool pool(4);
}

TEST(ThreadPool, TakesTheCpusItMayUse) { EXPECT_GE(ThreadPool(0).threads(), 1); }

}  // namespace
}  // namespace argosy
