// One token from one row of logits: temperature and the filters of SamplingParams, with what vLLM
// and Hugging Face do for the same parameters. Never sorts the vocabulary for the usual settings.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/sampling_params.h"
#include "model/tokenizer.h"

namespace argosy {

/// A token that is still in the running. `weight` is exp((logit - max) / temperature).
struct Candidate {
    TokenId token = 0;
    float logit = 0;
    float weight = 0;
};

/// Buffers that a thread reuses from row to row.
struct SamplerScratch {
    std::vector<float> maxima, sums, ordered;
    std::vector<Candidate> candidates;
    std::vector<float> row;  // for callers that must not change the row they were given
};

/// The column of the greatest logit, the first of equals; -1 when none is above -infinity.
TokenId Greedy(std::span<const float> row, SamplerScratch& scratch);

/// Draws by `uniform` in [0, 1). Order: temperature; min-p (relative to the likeliest token); top-k
/// (ties with the k-th stay); top-p over what is left, renormalised (the token that crosses p
/// stays); typical (arXiv:2202.00666). A temperature under 1e-5 is greedy. -1 when no logit is
/// finite and at most when one is +infinity or the sum of weights overflows.
TokenId SampleToken(std::span<const float> row, const SamplingParams& params, double uniform,
                    SamplerScratch& scratch);

/// The k greatest columns, greatest first, the lower token first of equals; fewer when fewer are
/// above -infinity. Fills and returns `scratch.candidates` (weights are not set).
std::span<Candidate> TopK(std::span<const float> row, size_t k, SamplerScratch& scratch);

}  // namespace argosy
