#include "lifecycle/plot/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace argosy::lifecycle {

std::string Ticks::Label(double value) const {
    const double size = std::max(std::abs(low), std::abs(high));
    double unit = 1;
    const char* suffix = "";
    if (size >= 1e6) {
        unit = 1e6;
        suffix = "M";
    } else if (size >= 1e4) {
        unit = 1e3;
        suffix = "k";
    }
    const int decimals =
        std::clamp(static_cast<int>(std::ceil(-std::log10(step / unit) - 1e-9)), 0, 9);
    if (std::abs(value) < step * 1e-6) return "0";
    return fmt::format("{:.{}f}{}", value / unit, decimals, suffix);
}

Ticks MakeTicks(double low, double high, int wanted, bool snug) {
    Ticks ticks;
    if (!(high > low)) high = low + std::max(1e-3, std::abs(low) * 0.1);
    const double rough = (high - low) / wanted;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    ticks.step = power;
    for (const double factor : {2.0, 5.0, 10.0}) {
        if (ticks.step * 1.0001 < rough) ticks.step = power * factor;
    }
    ticks.low = std::floor(low / ticks.step + 1e-9) * ticks.step;
    ticks.high = snug ? high : std::ceil(high / ticks.step - 1e-9) * ticks.step;
    const auto count = static_cast<int>(std::floor((ticks.high - ticks.low) / ticks.step + 1e-6));
    for (int i = 0; i <= count; ++i) ticks.values.push_back(ticks.low + i * ticks.step);
    return ticks;
}

}  // namespace argosy::lifecycle
