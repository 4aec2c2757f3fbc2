// POST /collections/{name}/points/query: what it asks for, and its answer.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "retrieval/face/point_collection.h"

namespace argosy::retrieval::face {

/// Points in the order of their ids.
struct AllPoints {};
/// Fusion of the prefetches by rank.
struct RankFusion {
    double k = 2;
    std::vector<double> weights = {};  // one for each prefetch; empty: 1
};

struct PointQuery {
    /// By a dense vector, a sparse one, a point's own vector, or fused from the prefetches.
    std::variant<AllPoints, std::vector<float>, SparseVector, PointId, RankFusion> query = {};
    std::string vector_name = {};  // of the vectors that are compared
    Filter filter = {};
    size_t limit = 10, offset = 0;
    size_t beam = 0;
    std::optional<float> threshold = {};
    std::vector<PointQuery> prefetch = {};
    Selection payload = {}, vectors = {};  // what the answer shows
};

/// kInvalidArgument names the field; kUnsupported for kinds of queries that only Qdrant has.
Result<PointQuery> ParseQuery(const PointSchema& schema, const json::object& body);
/// The older POST /collections/{name}/points/search.
Result<PointQuery> ParseSearch(const PointSchema& schema, const json::object& body);

/// A list of {"id", "version", "score", …}, best first.
Result<json::array> RunQuery(const PointCollection& collection, const PointQuery& query);

}  // namespace argosy::retrieval::face
