#include "retrieval/index/fusion.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace argosy::retrieval {

namespace {

double Cosine(std::span<const float> a, std::span<const float> b) {
    double dot = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        dot += static_cast<double>(a[i]) * b[i];
        aa += static_cast<double>(a[i]) * a[i];
        bb += static_cast<double>(b[i]) * b[i];
    }
    return aa > 0 && bb > 0 ? dot / std::sqrt(aa * bb) : 0;
}

}  // namespace

std::vector<SlotScore> FuseByRank(std::span<const RankedList> lists, size_t limit, double k) {
    std::unordered_map<Slot, double> scores;
    for (const RankedList& list : lists) {
        for (size_t i = 0; i < list.hits.size(); ++i) {
            scores[list.hits[i].slot] += list.weight / (k + static_cast<double>(i) + 1);
        }
    }
    std::vector<SlotScore> fused;
    fused.reserve(scores.size());
    for (const auto& [slot, score] : scores) fused.push_back({slot, static_cast<float>(score)});
    std::ranges::sort(fused, IsBetter);
    fused.resize(std::min(limit, fused.size()));
    return fused;
}

std::vector<size_t> MaximalMarginalRelevance(std::span<const float> relevance,
                                             std::span<const std::vector<float>> vectors,
                                             size_t limit, double lambda) {
    std::vector<size_t> order;
    std::vector<bool> taken(relevance.size());
    // The highest cosine of each candidate with those taken; nothing taken yet costs nothing.
    std::vector<double> nearest(relevance.size(), 0);
    while (order.size() < std::min(limit, relevance.size())) {
        size_t best = relevance.size();
        double best_score = -std::numeric_limits<double>::infinity();
        for (size_t i = 0; i < relevance.size(); ++i) {
            if (taken[i]) continue;
            const double score = lambda * relevance[i] - (1 - lambda) * nearest[i];
            if (best < relevance.size() && score <= best_score) continue;
            best = i;
            best_score = score;
        }
        taken[best] = true;
        for (size_t i = 0; i < relevance.size(); ++i) {
            const double cosine = taken[i] ? 0 : Cosine(vectors[i], vectors[best]);
            nearest[i] = order.empty() ? cosine : std::max(nearest[i], cosine);
        }
        order.push_back(best);
    }
    return order;
}

}  // namespace argosy::retrieval
