// Log-probabilities of the model's own distribution (log-softmax of the raw logits), as the API
// reports them: before penalties, masks, temperature and filters.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "engine/scheduler/sampler.h"

namespace argosy {

/// Log of the sum of exp over the row: the logarithm's normaliser.
double LogSumExp(std::span<const float> row, SamplerScratch& scratch);
/// The chosen token's log-probability and those of the `top` likeliest (0: none).
TokenLogprob LogprobOf(std::span<const float> row, TokenId token, int32_t top,
                       SamplerScratch& scratch);

}  // namespace argosy
