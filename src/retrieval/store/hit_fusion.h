// Two searches of one question made one list, for stores whose hits are not slots of an index.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// What each search hands to the fusion: deep enough that the other's hits find their rank.
inline size_t FusionDepth(size_t limit) { return std::max<size_t>(50, 4 * limit); }

/// The hits of the lexical and the dense search (one of them may not have been asked for), best
/// first, fused by rank where the request has both a text and a vector; each hit with the scores
/// that it had.
std::vector<SearchHit> FuseHits(std::vector<SearchHit> lexical, std::vector<SearchHit> dense,
                                const SearchRequest& request);

}  // namespace argosy::retrieval
