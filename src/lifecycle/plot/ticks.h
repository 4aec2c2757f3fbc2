// Round numbers for an axis.
#pragma once

#include <string>
#include <vector>

namespace argosy::lifecycle {

struct Ticks {
    double low = 0, high = 1;  // the axis: the ends that hold all values
    double step = 1;           // 1, 2 or 5 times a power of ten
    std::vector<double> values;
    /// With as many decimals as the step needs; "12k" and "3M" for large ones.
    std::string Label(double value) const;
};

/// About `wanted` ticks over [low, high]. With `snug` the axis ends at `high` rather than at the
/// next round number.
Ticks MakeTicks(double low, double high, int wanted, bool snug = false);

}  // namespace argosy::lifecycle
