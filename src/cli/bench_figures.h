// Percentiles of what a benchmark measured, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace argosy::cli {

struct Percentiles {
    double mean = 0, p50 = 0, p90 = 0, p99 = 0, max = 0;
    json::object ToJson() const;
};

/// By nearest rank; all zero where there is nothing.
Percentiles PercentilesOf(std::vector<double> values);
double Median(std::vector<double> values);

}  // namespace argosy::cli
