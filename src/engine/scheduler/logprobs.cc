#include "engine/scheduler/logprobs.h"

#include <cmath>

#include "engine/scheduler/logits_scan.h"

namespace argosy {

double LogSumExp(std::span<const float> row, SamplerScratch& scratch) {
    scratch.maxima.resize(ScanBlocks(row.size()));
    scratch.sums.resize(scratch.maxima.size());
    float max = BlockMaxima(row, scratch.maxima);
    return max + std::log(BlockExpSums(row, scratch.maxima, max, 1.0F, scratch.sums));
}

TokenLogprob LogprobOf(std::span<const float> row, TokenId token, int32_t top,
                       SamplerScratch& scratch) {
    const double normaliser = LogSumExp(row, scratch);
    auto logprob = [&](float logit) { return static_cast<float>(logit - normaliser); };
    TokenLogprob result{token, logprob(row[token]), {}};
    if (top <= 0) return result;
    auto likeliest = TopK(row, static_cast<size_t>(top), scratch);
    result.top.reserve(likeliest.size());
    for (const Candidate& c : likeliest) result.top.push_back({c.token, logprob(c.logit)});
    return result;
}

}  // namespace argosy
