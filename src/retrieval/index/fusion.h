// One list from several: reciprocal rank fusion of searches, and maximal marginal relevance against
// answers that repeat each other. Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "retrieval/index/search_hit.h"

namespace argosy::retrieval {

struct RankedList {
    std::span<const SlotScore> hits;  // best first
    double weight = 1;
};

/// Each slot's score is the sum over the lists it is in of weight / (k + rank), ranks from 1
/// (Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet", SIGIR 2009). The
/// best `limit`, best first.
std::vector<SlotScore> FuseByRank(std::span<const RankedList> lists, size_t limit, double k = 60);

/// The order in which to take `limit` of the candidates: each time the one with the most
/// lambda * relevance - (1 - lambda) * (its highest cosine with those taken) (Carbonell and
/// Goldstein, "The use of MMR", SIGIR 1998). `relevance` and `vectors` have one entry each a
/// candidate; lambda 1 is the order of relevance, 0 is the greatest variety. Indices of candidates.
std::vector<size_t> MaximalMarginalRelevance(std::span<const float> relevance,
                                             std::span<const std::vector<float>> vectors,
                                             size_t limit, double lambda);

}  // namespace argosy::retrieval
