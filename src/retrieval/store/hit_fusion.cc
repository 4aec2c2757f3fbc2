#include "retrieval/store/hit_fusion.h"

#include <map>

#include "retrieval/index/fusion.h"

namespace argosy::retrieval {

std::vector<SearchHit> FuseHits(std::vector<SearchHit> lexical, std::vector<SearchHit> dense,
                                const SearchRequest& request) {
    // A chunk's slot here is its place among all that were found.
    std::map<std::string, Slot> slots;
    std::vector<SearchHit> found;
    const auto rank = [&](std::vector<SearchHit>& hits, std::optional<float> SearchHit::* score) {
        std::vector<SlotScore> ranked;
        for (SearchHit& hit : hits) {
            const auto [at, fresh] =
                slots.try_emplace(hit.chunk.id, static_cast<Slot>(found.size()));
            ranked.push_back({at->second, hit.score});
            const float value = hit.score;
            if (fresh) found.push_back(std::move(hit));
            found[at->second].*score = value;
        }
        return ranked;
    };
    const auto by_text = rank(lexical, &SearchHit::text_score);
    const auto by_vector = rank(dense, &SearchHit::vector_score);
    const bool both = !request.text.empty() && !request.vector.empty();
    const RankedList lists[] = {{by_text, request.text_weight}, {by_vector, request.vector_weight}};
    auto best = both                   ? FuseByRank(lists, request.limit)
                : request.text.empty() ? by_vector
                                       : by_text;
    best.resize(std::min(best.size(), request.limit));
    std::vector<SearchHit> out;
    for (const SlotScore& hit : best) {
        found[hit.slot].score = hit.score;
        out.push_back(std::move(found[hit.slot]));
    }
    return out;
}

}  // namespace argosy::retrieval
