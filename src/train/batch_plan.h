// Which examples go through the model together, and in what order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/options.h"

namespace argosy::train {

/// The examples of one forward pass, by index.
using Pass = std::vector<size_t>;

/// The passes of an epoch. `tokens`: of each example. The order is a function of seed and epoch;
/// when packing, an example goes into the first of the last few open passes that has room.
std::vector<Pass> PlanEpoch(std::span<const int64_t> tokens, const BatchOptions& options,
                            uint64_t seed, int epoch);

/// Steps of so many passes: the last may have fewer than `accumulation`.
int64_t StepsOf(size_t passes, int accumulation);

}  // namespace argosy::train
