#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace argosy::train {

double LearningRate(const OptimizerOptions& options, int64_t step, int64_t total) {
    const double peak = options.learning_rate;
    const int64_t warmup = options.warmup_steps;
    if (step < warmup) return peak * static_cast<double>(step) / static_cast<double>(warmup);
    if (options.schedule == Schedule::kConstant) return peak;
    const double progress =
        std::min(1.0, static_cast<double>(step - warmup) /
                          static_cast<double>(std::max<int64_t>(1, total - warmup)));
    const double left = options.schedule == Schedule::kLinear
                            ? 1 - progress
                            : 0.5 * (1 + std::cos(std::numbers::pi * progress));
    return peak * (options.final_ratio + (1 - options.final_ratio) * left);
}

}  // namespace argosy::train
