#include "engine/scheduler/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "engine/scheduler/logits_scan.h"

namespace argosy {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

bool HigherLogit(const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
}

float Summarise(std::span<const float> row, SamplerScratch& scratch) {
    scratch.maxima.resize(ScanBlocks(row.size()));
    return BlockMaxima(row, scratch.maxima);
}

// Gathers all columns of at least `threshold` (and above -infinity) in order of their tokens.
void Gather(std::span<const float> row, float threshold, SamplerScratch& scratch) {
    scratch.candidates.clear();
    for (size_t block = 0; block < scratch.maxima.size(); ++block) {
        if (!(scratch.maxima[block] >= threshold) || scratch.maxima[block] == kNever) continue;
        size_t end = std::min(row.size(), (block + 1) * kScanBlock);
        for (size_t i = block * kScanBlock; i < end; ++i) {
            if (row[i] >= threshold && row[i] != kNever) {
                scratch.candidates.push_back({static_cast<TokenId>(i), row[i], 0});
            }
        }
    }
}

// A lower bound of the k-th greatest column. k blocks have maxima of at least the k-th greatest
// maximum, so k columns do.
float AtLeastK(size_t k, SamplerScratch& scratch) {
    if (k > scratch.maxima.size()) return kNever;
    scratch.ordered = scratch.maxima;
    auto kth = scratch.ordered.begin() + static_cast<ptrdiff_t>(k - 1);
    std::ranges::nth_element(scratch.ordered, kth, std::greater<>());
    return *kth;
}

// Keeps the candidates of the k greatest logits, with those equal to the k-th.
void CutTopK(size_t k, SamplerScratch& scratch) {
    auto& candidates = scratch.candidates;
    if (candidates.size() <= k) return;
    scratch.ordered.clear();
    for (const Candidate& c : candidates) scratch.ordered.push_back(c.logit);
    auto kth = scratch.ordered.begin() + static_cast<ptrdiff_t>(k - 1);
    std::ranges::nth_element(scratch.ordered, kth, std::greater<>());
    std::erase_if(candidates, [least = *kth](const Candidate& c) { return c.logit < least; });
}

double Weigh(std::vector<Candidate>& candidates, float max, float scale) {
    double total = 0;
    for (Candidate& c : candidates) {
        c.weight = std::exp((c.logit - max) * scale);
        total += c.weight;
    }
    return total;
}

// Keeps the likeliest candidates whose weights before them sum to less than `mass`: a quickselect
// by weight, so that only the part around the cut is ever ordered.
void CutTopP(std::vector<Candidate>& candidates, double mass) {
    size_t first = 0;
    size_t last = candidates.size();  // the cut lies in [first, last]
    double before = 0;                // weight of [0, first)
    while (last - first > 64) {
        size_t middle = first + (last - first) / 2;
        auto at = [&](size_t i) { return candidates.begin() + static_cast<ptrdiff_t>(i); };
        std::nth_element(at(first), at(middle), at(last), HigherLogit);
        double half = 0;
        for (size_t i = first; i < middle; ++i) half += candidates[i].weight;
        if (before + half >= mass) {
            last = middle;
        } else {
            before += half;
            first = middle;
        }
    }
    std::sort(candidates.begin() + static_cast<ptrdiff_t>(first),
              candidates.begin() + static_cast<ptrdiff_t>(last), HigherLogit);
    while (first < last && (before < mass || first == 0)) before += candidates[first++].weight;
    candidates.resize(first);
}

// Fills the candidates that top-p can keep, of a row that no other filter cuts. `total` is the
// weight of the whole row.
void GatherForTopP(std::span<const float> row, float max, float temperature, double total,
                   double top_p, SamplerScratch& scratch) {
    // What is lighter than its share of the rest cannot be needed, all such together.
    double light = (1.0 - top_p) * total / static_cast<double>(row.size());
    double depth = light > 0 ? -std::log(light) : std::numeric_limits<double>::infinity();
    for (double tried : {3.0, 6.0, 10.0, depth}) {
        if (tried > depth) tried = depth;
        auto threshold = static_cast<float>(max - tried * temperature);
        Gather(row, threshold, scratch);
        if (Weigh(scratch.candidates, max, 1 / temperature) >= top_p * total) return;
        if (tried == depth) return;
    }
}

// Keeps the candidates whose surprise is nearest to the expected one (the entropy).
void CutTypical(std::vector<Candidate>& candidates, double typical_p) {
    double total = 0;
    for (const Candidate& c : candidates) total += c.weight;
    double entropy = 0;
    for (const Candidate& c : candidates) {
        double p = c.weight / total;
        if (p > 0) entropy -= p * std::log(p);
    }
    auto distance = [&](const Candidate& c) {
        return std::abs(-std::log(std::max(c.weight / total, 1e-300)) - entropy);
    };
    std::ranges::sort(candidates, [&](const Candidate& a, const Candidate& b) {
        double x = distance(a);
        double y = distance(b);
        return x != y ? x < y : a.token < b.token;
    });
    double before = 0;
    size_t keep = 0;
    while (keep < candidates.size() && (before < typical_p * total || keep == 0)) {
        before += candidates[keep++].weight;
    }
    candidates.resize(keep);
}

TokenId Draw(std::span<const Candidate> candidates, double uniform) {
    double total = 0;
    for (const Candidate& c : candidates) total += c.weight;
    if (!(total > 0) || !std::isfinite(total)) return -1;
    double left = uniform * total;
    TokenId last = -1;
    for (const Candidate& c : candidates) {
        if (c.weight <= 0) continue;
        last = c.token;
        left -= c.weight;
        if (left < 0) break;
    }
    return last;  // rounding may leave a little over: then the last one
}

// From the whole row: first the block by the blocks' sums, then the column in it.
TokenId DrawFromRow(std::span<const float> row, float max, float scale, double total,
                    double uniform, SamplerScratch& scratch) {
    double left = uniform * total;
    size_t chosen = 0;
    for (size_t block = 0; block < scratch.sums.size(); ++block) {
        if (scratch.sums[block] <= 0) continue;
        chosen = block;
        if (left < scratch.sums[block]) break;
        left -= scratch.sums[block];
    }
    TokenId last = -1;
    size_t end = std::min(row.size(), (chosen + 1) * kScanBlock);
    for (size_t i = chosen * kScanBlock; i < end; ++i) {
        float weight = std::exp((row[i] - max) * scale);
        if (!(weight > 0)) continue;
        last = static_cast<TokenId>(i);
        left -= weight;
        if (left < 0) break;
    }
    return last;
}

}  // namespace

TokenId Greedy(std::span<const float> row, SamplerScratch& scratch) {
    float max = Summarise(row, scratch);
    if (max == kNever) return -1;
    size_t block = 0;
    while (scratch.maxima[block] != max) ++block;
    size_t i = block * kScanBlock;
    while (row[i] != max) ++i;
    return static_cast<TokenId>(i);
}

TokenId SampleToken(std::span<const float> row, const SamplingParams& params, double uniform,
                    SamplerScratch& scratch) {
    if (params.temperature < 1e-5F) return Greedy(row, scratch);
    float max = Summarise(row, scratch);
    if (!std::isfinite(max)) return -1;
    const float scale = 1 / params.temperature;
    const bool by_k = params.top_k > 0 && static_cast<size_t>(params.top_k) < row.size();
    const bool by_min = params.min_p > 0;
    const bool by_p = params.top_p < 1;
    const bool typical = params.typical_p < 1;

    double total = 0;
    if (!by_k && !by_min) {
        scratch.sums.resize(scratch.maxima.size());
        total = BlockExpSums(row, scratch.maxima, max, scale, scratch.sums);
        if (!(total > 0) || !std::isfinite(total)) return -1;  // a NaN among the logits
        if (!by_p && !typical) return DrawFromRow(row, max, scale, total, uniform, scratch);
        if (by_p) {
            GatherForTopP(row, max, params.temperature, total, params.top_p, scratch);
        } else {
            Gather(row, kNever, scratch);
            Weigh(scratch.candidates, max, scale);
        }
    } else {
        auto k = static_cast<size_t>(by_k ? params.top_k : 0);
        float threshold = by_k ? AtLeastK(k, scratch) : kNever;
        if (by_min) {
            threshold = std::max(threshold, max + params.temperature * std::log(params.min_p));
        }
        Gather(row, threshold, scratch);
        if (by_k) CutTopK(k, scratch);
        total = Weigh(scratch.candidates, max, scale);
    }
    if (by_p) CutTopP(scratch.candidates, params.top_p * total);
    if (typical) CutTypical(scratch.candidates, params.typical_p);
    return Draw(scratch.candidates, uniform);
}

std::span<Candidate> TopK(std::span<const float> row, size_t k, SamplerScratch& scratch) {
    Summarise(row, scratch);
    if (k == 0) return {};
    Gather(row, AtLeastK(k, scratch), scratch);
    auto& candidates = scratch.candidates;
    size_t keep = std::min(k, candidates.size());
    std::ranges::partial_sort(candidates, candidates.begin() + static_cast<ptrdiff_t>(keep),
                              HigherLogit);
    return {candidates.data(), keep};
}

}  // namespace argosy
