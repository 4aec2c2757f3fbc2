#include <algorithm>
#include <cmath>

#include "retrieval/index/fusion.h"
#include "retrieval/store/collection.h"

namespace argosy::retrieval {

namespace {

// What each search hands to the fusion: deep enough that the other's hits find their rank.
size_t FusionDepth(size_t limit) { return std::max<size_t>(50, 4 * limit); }

std::optional<float> ScoreIn(std::span<const SlotScore> hits, Slot slot) {
    const auto found = std::ranges::find(hits, slot, &SlotScore::slot);
    return found == hits.end() ? std::nullopt : std::optional(found->score);
}

Result<void> CheckRequest(const SearchRequest& request, const CollectionConfig& config) {
    if (request.text.empty() && request.vector.empty()) {
        return Err(ErrorCode::kInvalidArgument, "a search needs a text or a vector");
    }
    if (request.vector.empty()) return {};
    if (config.dimensions == 0) {
        return Err(ErrorCode::kInvalidArgument, "the collection \"{}\" has no vectors",
                   config.name);
    }
    if (request.vector.size() != config.dimensions ||
        !std::ranges::all_of(request.vector, [](float x) { return std::isfinite(x); })) {
        return Err(ErrorCode::kInvalidArgument,
                   "a search in \"{}\" takes {} finite numbers, not a vector of {}", config.name,
                   config.dimensions, request.vector.size());
    }
    return {};
}

}  // namespace

Result<SearchResult> Collection::Search(const SearchRequest& request) const {
    ARGOSY_CHECK_OK(CheckRequest(request, config()));
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
