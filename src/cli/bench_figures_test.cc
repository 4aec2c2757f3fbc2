#include "cli/bench_figures.h"

#include <gtest/gtest.h>

namespace argosy::cli {
namespace {

TEST(Percentiles, AreByNearestRank) {
    std::vector<double> values;
    for (int i = 100; i >= 1; --i) values.push_back(i);
    const Percentiles p = PercentilesOf(values);
    EXPECT_DOUBLE_EQ(p.mean, 50.5);
    EXPECT_DOUBLE_EQ(p.p50, 50);
    EXPECT_DOUBLE_EQ(p.p90, 90);
    EXPECT_DOUBLE_EQ(p.p99, 99);
    EXPECT_DOUBLE_EQ(p.max, 100);
}

TEST(Percentiles, OfOneValueAreThatValue) {
    const Percentiles p = PercentilesOf({3});
    EXPECT_DOUBLE_EQ(p.p50, 3);
    EXPECT_DOUBLE_EQ(p.p99, 3);
}

TEST(Percentiles, OfNothingAreZero) { EXPECT_DOUBLE_EQ(PercentilesOf({}).max, 0); }

}  // namespace
}  // namespace argosy::cli
