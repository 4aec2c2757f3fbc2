#include "cli/bench_figures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace argosy::cli {

Percentiles PercentilesOf(std::vector<double> values) {
    if (values.empty()) return {};
    std::ranges::sort(values);
    const auto rank = [&](double share) {
        const auto n = static_cast<double>(values.size());
        const auto index = static_cast<size_t>(std::max(1.0, std::ceil(share * n))) - 1;
        return values[std::min(index, values.size() - 1)];
    };
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    return {sum / static_cast<double>(values.size()), rank(0.5), rank(0.9), rank(0.99),
            values.back()};
}

double Median(std::vector<double> values) { return PercentilesOf(std::move(values)).p50; }

json::object Percentiles::ToJson() const {
    return {{"mean", mean}, {"p50", p50}, {"p90", p90}, {"p99", p99}, {"max", max}};
}

}  // namespace argosy::cli
