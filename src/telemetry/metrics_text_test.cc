#include "telemetry/metrics_text.h"

#include <gtest/gtest.h>

#include <array>

namespace argosy {
namespace {

TEST(MetricsText, WritesAFamilyOnceForAllItsSamples) {
    MetricsText metrics;
    metrics.Counter("x_total", "All x.", 1, {{"kind", "a"}});
    metrics.Counter("x_total", "All x.", 2, {{"kind", "b\"\\\n"}});
    EXPECT_EQ(metrics.text(),
              "# HELP x_total All x.\n# TYPE x_total counter\n"
              "x_total{kind=\"a\"} 1\nx_total{kind=\"b\\\"\\\\\\n\"} 2\n");
}

TEST(MetricsText, HistogramBucketsAreCumulativeAndEndAtInf) {
    MetricsText metrics;
    metrics.Histogram("t_seconds", "Time.", std::array{0.5, 1.0}, std::array<uint64_t, 3>{1, 2, 3},
                      9.5);
    EXPECT_EQ(metrics.text(),
              "# HELP t_seconds Time.\n# TYPE t_seconds histogram\n"
              "t_seconds_bucket{le=\"0.5\"} 1\nt_seconds_bucket{le=\"1\"} 3\n"
              "t_seconds_bucket{le=\"+Inf\"} 6\nt_seconds_sum 9.5\nt_seconds_count 6\n");
}

}  // namespace
}  // namespace argosy
