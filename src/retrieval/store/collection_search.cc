#include <algorithm>

#include "retrieval/index/fusion.h"
#include "retrieval/store/collection.h"
#include "retrieval/store/hit_fusion.h"
#include "retrieval/store/store_checks.h"

namespace argosy::retrieval {

namespace {

std::optional<float> ScoreIn(std::span<const SlotScore> hits, Slot slot) {
    const auto found = std::ranges::find(hits, slot, &SlotScore::slot);
    return found == hits.end() ? std::nullopt : std::optional(found->score);
}

}  // namespace

Result<SearchResult> Collection::Search(const SearchRequest& request) const {
    ARGOSY_CHECK_OK(CheckRequest(config(), request));
    const std::shared_lock lock(state_);
    SlotSet passing;
    SearchResult result{.hits = {}, .matching = index_.live()};
    const SlotSet* allowed = nullptr;
    if (!request.filter.empty()) {
        ARGOSY_TRY(passing, Passing(request.filter));
        result.matching = passing.Count();
        allowed = &passing;
    }
    const bool both = !request.text.empty() && !request.vector.empty();
    const size_t depth = both ? FusionDepth(request.limit) : request.limit;
    std::vector<SlotScore> lexical, dense;
    if (!request.text.empty()) lexical = index_.lexical().Search(request.text, depth, allowed);
    if (!request.vector.empty()) {
        WalkStats walk;
        dense = index_.dense()->Search(request.vector, depth, request.beam, allowed, &walk);
        result.exact = walk.exact;
    }
    const RankedList lists[] = {{lexical, request.text_weight}, {dense, request.vector_weight}};
    const auto best = both ? FuseByRank(lists, request.limit) : lexical.empty() ? dense : lexical;
    ARGOSY_TRY(result.hits, Read(best, request.with_vectors));
    for (size_t i = 0; i < best.size(); ++i) {
        result.hits[i].text_score = ScoreIn(lexical, best[i].slot);
        result.hits[i].vector_score = ScoreIn(dense, best[i].slot);
    }
    return result;
}

}  // namespace argosy::retrieval
