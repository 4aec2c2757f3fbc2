#include <algorithm>
#include <cmath>
#include <map>

#include "retrieval/face/point_query.h"

namespace argosy::retrieval::face {

namespace {

using Hits = std::vector<ScoredId>;

Result<Hits> Run(const PointCollection& collection, const PointQuery& query);

// A list's place 0 gives 1 / k, and a weight brings places nearer to the top: as Qdrant counts.
Hits Fuse(const std::vector<Hits>& lists, const RankFusion& fusion) {
    std::map<PointId, float> scores;
    for (size_t list = 0; list < lists.size(); ++list) {
        const double weight = fusion.weights.empty() ? 1 : fusion.weights[list];
        for (size_t place = 0; place < lists[list].size(); ++place) {
            const double rank = static_cast<double>(place) + 1;
            const double score = weight <= 0 ? 0 : 1 / (rank / weight + fusion.k - 1);
            scores[lists[list][place].id] += static_cast<float>(score);
        }
    }
    Hits fused;
    for (const auto& [id, score] : scores) fused.push_back({id, score});
    std::ranges::sort(fused, IsBetter);
    return fused;
}

// Those of the hits that pass, in their order.
Result<Hits> Keep(const PointCollection& collection, Hits hits, const Filter& filter) {
    if (filter.empty()) return hits;
    std::vector<PointId> ids;
    for (const ScoredId& hit : hits) ids.push_back(hit.id);
    ARGOSY_TRY(const auto passing, collection.Ids(Both(HasId(ids), filter), ids.size()));
    std::erase_if(
        hits, [&](const ScoredId& hit) { return !std::ranges::binary_search(passing, hit.id); });
    return hits;
}

// The nearest to a vector of either kind, or to a point's.
struct Nearest {
    const PointCollection& collection;
    const PointQuery& query;
    const Filter& filter;
    size_t limit;

    Result<Hits> operator()(const std::vector<float>& vector) const {
        return collection.SearchDense(vector, filter, limit, query.beam);
    }
    Result<Hits> operator()(const SparseVector& vector) const {
        return collection.SearchSparse(query.vector_name, vector, filter, limit);
    }
    Result<Hits> operator()(const PointId& id) const {
        ARGOSY_TRY(const auto points, collection.Read({id}, true));
        if (points.empty()) {
            return Err(ErrorCode::kNotFound, "Not found: No point with id {} found", ToText(id));
        }
        Filter others;
        others.must_not = HasId({id}).must;
        const Filter both = Both(filter, others);
        const Nearest nearest{collection, query, both, limit};
        const auto sparse = points[0].sparse.find(query.vector_name);
        if (sparse != points[0].sparse.end()) return nearest(sparse->second);
        if (!collection.schema().has_dense() || query.vector_name != collection.schema().dense) {
            return Err(ErrorCode::kInvalidArgument, "using: point {} has no vector \"{}\"",
                       ToText(id), query.vector_name);
        }
        return nearest(points[0].dense);
    }
    Result<Hits> operator()(const AllPoints&) const {
        ARGOSY_TRY(const auto ids, collection.Ids(filter, limit));
        Hits hits;
        for (const PointId& id : ids) hits.push_back({id, 0});
        return hits;
    }
    Result<Hits> operator()(const RankFusion& fusion) const {
        std::vector<Hits> lists;
        for (const PointQuery& inner : query.prefetch) {
            ARGOSY_TRY(Hits hits, Run(collection, inner));
            lists.push_back(std::move(hits));
        }
        return Keep(collection, Fuse(lists, fusion), filter);
    }
};

// Of the prefetches' points alone.
Result<Filter> Candidates(const PointCollection& collection, const PointQuery& query) {
    std::vector<PointId> ids;
    for (const PointQuery& inner : query.prefetch) {
        ARGOSY_TRY(const Hits hits, Run(collection, inner));
        for (const ScoredId& hit : hits) ids.push_back(hit.id);
    }
    return Both(query.filter, HasId(ids));
}

bool IsDistance(const PointCollection& collection, const PointQuery& query) {
    return collection.schema().config.metric == Metric::kEuclidean &&
           !collection.schema().sparse.contains(query.vector_name) &&
           !std::holds_alternative<RankFusion>(query.query) &&
           !std::holds_alternative<AllPoints>(query.query);
}

Result<Hits> Run(const PointCollection& collection, const PointQuery& query) {
    Filter filter = query.filter;
    if (!query.prefetch.empty() && !std::holds_alternative<RankFusion>(query.query)) {
        ARGOSY_TRY(filter, Candidates(collection, query));
    }
    const size_t limit = query.limit + query.offset;
    ARGOSY_TRY(Hits hits, std::visit(Nearest{collection, query, filter, limit}, query.query));
    // Our score of a distance is minus its square; Qdrant's is the distance, of which less is more.
    const bool distance = IsDistance(collection, query);
    if (distance) {
        for (ScoredId& hit : hits) hit.score = std::sqrt(std::max(0.0F, -hit.score));
    }
    if (query.threshold) {
        std::erase_if(hits, [&](const ScoredId& hit) {
            return distance ? hit.score > *query.threshold : hit.score < *query.threshold;
        });
    }
    hits.erase(hits.begin(),
               hits.begin() + static_cast<ptrdiff_t>(std::min(hits.size(), query.offset)));
    hits.resize(std::min(hits.size(), query.limit));
    return hits;
}

}  // namespace

Result<json::array> RunQuery(const PointCollection& collection, const PointQuery& query) {
    ARGOSY_TRY(const Hits hits, Run(collection, query));
    std::vector<PointId> ids;
    for (const ScoredId& hit : hits) ids.push_back(hit.id);
    std::map<PointId, Point> points;
    if (query.payload.any() || query.vectors.any()) {
        ARGOSY_TRY(std::vector<Point> read, collection.Read(ids, query.vectors.any()));
        for (Point& point : read) {
            const PointId id = point.id;
            points.emplace(id, std::move(point));
        }
    }
    json::array out;
    for (const ScoredId& hit : hits) {
        const auto found = points.find(hit.id);
        const Point bare{.id = hit.id};
        json::object record =
            Record(collection.schema(), found == points.end() ? bare : found->second, query.payload,
                   query.vectors);
        record["version"] = 0;
        record["score"] = hit.score;
        out.push_back(std::move(record));
    }
    return out;
}

}  // namespace argosy::retrieval::face
