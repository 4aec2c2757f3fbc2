#include "retrieval/face/point_query.h"

#include <cmath>

namespace argosy::retrieval::face {

namespace {

constexpr int kMaxDepth = 8;
constexpr int64_t kMaxLimit = 100000;

std::unexpected<Error> Wrong(std::string_view where, std::string_view message) {
    return Err(ErrorCode::kInvalidArgument, "{}: {}", where, message);
}

Result<size_t> SizeIn(const json::object& body, std::string_view name, size_t otherwise) {
    const json::value* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) return otherwise;
    if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= kMaxLimit) {
        return static_cast<size_t>(value->get_int64());
    }
    return Wrong(name, fmt::format("must be a whole number from 0 to {}", kMaxLimit));
}

Result<RankFusion> ParseFusion(const json::object& query) {
    RankFusion fusion;
    if (const json::value* name = query.if_contains("fusion")) {
        if (*name == "rrf") return fusion;
        return Err(ErrorCode::kUnsupported, "query.fusion: this server fuses by \"rrf\" only");
    }
    const auto* rrf = query.at("rrf").if_object();
    if (rrf == nullptr) return Wrong("query.rrf", "must be an object");
    if (const json::value* k = rrf->if_contains("k"); k != nullptr && !k->is_null()) {
        if (!k->is_int64() || k->get_int64() < 1) return Wrong("query.rrf.k", "must be 1 or more");
        fusion.k = static_cast<double>(k->get_int64());
    }
    const json::value* weights = rrf->if_contains("weights");
    if (weights == nullptr || weights->is_null()) return fusion;
    if (!weights->is_array()) return Wrong("query.rrf.weights", "must be a list of numbers");
    for (const json::value& weight : weights->get_array()) {
        if (!weight.is_number() || weight.to_number<double>() < 0) {
            return Wrong("query.rrf.weights", "must be a list of numbers, none below 0");
        }
        fusion.weights.push_back(weight.to_number<double>());
    }
    return fusion;
}

Result<void> ParseVector(const PointSchema& schema, const json::value& value, PointQuery& query) {
    const std::string& name = query.vector_name;
    if (value.is_int64() || value.is_uint64() || value.is_string()) {
        ARGOSY_TRY(query.query, ParsePointId(value));
        return {};
    }
    if (schema.sparse.contains(name)) {
        ARGOSY_TRY(query.query, ParseSparse(value));
        return {};
    }
    if (!schema.has_dense() || name != schema.dense) {
        return Wrong("using", fmt::format("Not existing vector name error: {}", name));
    }
    // As of a point with this vector: the same checks, the same length.
    const json::object vectors{{schema.dense, value}};
    ARGOSY_TRY(Point point, ParsePoint(schema, {{"id", 0}, {"vector", vectors}}, "query"));
    query.query = std::move(point.dense);
    return {};
}

Result<void> ParseWhat(const PointSchema& schema, const json::value& value, PointQuery& query) {
    const auto* object = value.if_object();
    if (object == nullptr || object->contains("indices")) return ParseVector(schema, value, query);
    if (const json::value* nearest = object->if_contains("nearest")) {
        if (const json::value* mmr = object->if_contains("mmr");
            mmr != nullptr && !mmr->is_null()) {
            return Err(ErrorCode::kUnsupported, "query.mmr: not supported by this server");
        }
        return ParseVector(schema, *nearest, query);
    }
    if (object->contains("fusion") || object->contains("rrf")) {
        ARGOSY_TRY(query.query, ParseFusion(*object));
        return {};
    }
    const std::string kind = object->empty() ? "{}" : std::string(object->begin()->key());
    return Err(ErrorCode::kUnsupported,
               "query.{}: this server knows \"nearest\", \"fusion\" and \"rrf\"", kind);
}

// What a query and a prefetch have in common.
Result<PointQuery> ParseAt(const PointSchema& schema, const json::object& body, int depth) {
    if (depth > kMaxDepth) return Wrong("prefetch", "is too deep");
    PointQuery query{.vector_name = schema.dense};
    if (const json::value* name = body.if_contains("using"); name != nullptr && !name->is_null()) {
        if (!name->is_string()) return Wrong("using", "must be the name of a vector");
        query.vector_name = name->get_string();
    }
    ARGOSY_TRY(query.filter, ParsePointFilter(body.if_contains("filter")));
    ARGOSY_TRY(query.limit, SizeIn(body, "limit", 10));
    ARGOSY_TRY(query.offset, SizeIn(body, "offset", 0));
    if (const json::value* least = body.if_contains("score_threshold");
        least != nullptr && !least->is_null()) {
        if (!least->is_number()) return Wrong("score_threshold", "must be a number");
        query.threshold = least->to_number<float>();
    }
    if (const json::value* params = body.if_contains("params");
        params != nullptr && params->is_object()) {
        ARGOSY_TRY(query.beam, SizeIn(params->get_object(), "hnsw_ef", 0));
        const json::value* exact = params->get_object().if_contains("exact");
        // As wide a beam as a walk may have: it compares all it can reach.
        if (exact != nullptr && *exact == true) query.beam = kMaxLimit;
    }
    json::array prefetches;
    if (const json::value* given = body.if_contains("prefetch");
        given != nullptr && !given->is_null()) {
        prefetches = given->is_array() ? given->get_array() : json::array{*given};
    }
    for (const json::value& each : prefetches) {
        if (!each.is_object()) return Wrong("prefetch", "must be an object or a list of objects");
        ARGOSY_TRY(PointQuery inner, ParseAt(schema, each.get_object(), depth + 1));
        query.prefetch.push_back(std::move(inner));
    }
    const json::value* what = body.if_contains("query");
    if (what != nullptr && !what->is_null()) ARGOSY_CHECK_OK(ParseWhat(schema, *what, query));
    if (const auto* fusion = std::get_if<RankFusion>(&query.query)) {
        const size_t lists = query.prefetch.size(), weights = fusion->weights.size();
        if (lists == 0 || (weights != 0 && weights != lists)) {
            return Wrong("query", "a fusion needs prefetches, and as many weights as those");
        }
    }
    return query;
}

}  // namespace

Result<PointQuery> ParseQuery(const PointSchema& schema, const json::object& body) {
    ARGOSY_TRY(PointQuery query, ParseAt(schema, body, 0));
    ARGOSY_TRY(query.payload, ParseSelection(body, "with_payload", false));
    ARGOSY_TRY(query.vectors, ParseSelection(body, "with_vector", false));
    return query;
}

Result<PointQuery> ParseSearch(const PointSchema& schema, const json::object& body) {
    json::object query = body;
    json::value vector = body.contains("vector") ? body.at("vector") : json::value();
    query.erase("vector");
    const auto* named = vector.if_object();
    if (named != nullptr && named->contains("name") && named->contains("vector")) {
        query["using"] = named->at("name");
        vector = json::value(named->at("vector"));
    }
    if (!vector.is_array() && !vector.is_object()) return Wrong("vector", "is needed");
    query["query"] = {{"nearest", std::move(vector)}};
    return ParseQuery(schema, query);
}

}  // namespace argosy::retrieval::face
