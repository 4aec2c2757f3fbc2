// The learning rate of each step.
#pragma once

#include <cstdint>

#include "train/options.h"

namespace argosy::train {

/// Of step `step` (from 0) of `total`, as transformers' get_scheduler has it: linear from 0 over
/// the warm-up, then constant, falling linearly, or along half a cosine, to final_ratio.
double LearningRate(const OptimizerOptions& options, int64_t step, int64_t total);

}  // namespace argosy::train
