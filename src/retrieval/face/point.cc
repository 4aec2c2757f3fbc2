#include "retrieval/face/point.h"

#include <algorithm>
#include <cmath>

#include "retrieval/index/hnsw.h"

namespace argosy::retrieval::face {

namespace {

// What a text is called by those who put texts into payloads (Argosy's own store, LangChain,
// qdrant-client): it becomes the chunk's, which lexical search looks through.
constexpr const char* kTextMembers[] = {"text", "page_content", "document"};

std::unexpected<Error> Wrong(const std::string& where, std::string_view message) {
    return Err(ErrorCode::kInvalidArgument, "{}: {}", where, message);
}

// As Qdrant keeps them, vectors compared by their cosine have length 1.
void Normalize(std::vector<float>& vector) {
    double squares = 0;
    for (const float x : vector) squares += static_cast<double>(x) * x;
    if (squares == 0) return;
    const double scale = 1 / std::sqrt(squares);
    for (float& x : vector) x = static_cast<float>(x * scale);
}

Result<std::vector<float>> ParseDense(const PointSchema& schema, const json::value& value,
                                      const std::string& where) {
    const auto* list = value.if_array();
    if (list == nullptr) return Wrong(where, "a vector must be a list of numbers");
    if (list->size() != schema.config.dimensions) {
        return Err(ErrorCode::kInvalidArgument,
                   "{}: Vector dimension error: expected dim: {}, got {}", where,
                   schema.config.dimensions, list->size());
    }
    std::vector<float> vector;
    for (const auto& x : *list) {
        vector.push_back(x.is_number() ? x.to_number<float>() : NAN);
        if (!std::isfinite(vector.back())) return Wrong(where, "a vector has finite numbers only");
    }
    if (schema.config.metric == Metric::kCosine) Normalize(vector);
    return vector;
}

Result<void> ParseNamed(const PointSchema& schema, const json::object& vectors,
                        const std::string& where, Point& point) {
    for (const auto& member : vectors) {
        const std::string name(member.key());
        const std::string place = fmt::format("{}.vector.{}", where, name);
        if (schema.has_dense() && name == schema.dense) {
            ARGOSY_TRY(point.dense, ParseDense(schema, member.value(), place));
        } else if (schema.sparse.contains(name)) {
            auto sparse = ParseSparse(member.value());
            if (!sparse) return At(place, sparse.error());
            point.sparse[name] = std::move(*sparse);
        } else {
            return Wrong(place, "Not existing vector name error");
        }
    }
    return {};
}

// The vectors of a batch stand by name: {"dense": [[...], [...]]}, or are one list.
Result<json::value> VectorOfBatch(const json::value& vectors, size_t i) {
    if (const auto* list = vectors.if_array()) {
        if (i < list->size()) return (*list)[i];
        return Wrong("batch.vectors", "there are fewer vectors than ids");
    }
    const auto* named = vectors.if_object();
    if (named == nullptr) return Wrong("batch.vectors", "must be a list, or lists by name");
    json::object one;
    for (const auto& member : *named) {
        const auto* list = member.value().if_array();
        if (list == nullptr || i >= list->size()) {
            return Wrong("batch.vectors", "there are fewer vectors than ids");
        }
        if (!(*list)[i].is_null()) one[member.key()] = (*list)[i];
    }
    return json::value(std::move(one));
}

Result<json::array> PointsOfBatch(const json::value& value) {
    const auto* batch = value.if_object();
    const auto* ids = batch == nullptr ? nullptr : batch->if_contains("ids");
    const auto* vectors = batch == nullptr ? nullptr : batch->if_contains("vectors");
    if (ids == nullptr || vectors == nullptr || !ids->is_array()) {
        return Wrong("batch", "must have \"ids\" and \"vectors\"");
    }
    const json::value* payloads = batch->if_contains("payloads");
    json::array points;
    for (size_t i = 0; i < ids->get_array().size(); ++i) {
        ARGOSY_TRY(json::value vector, VectorOfBatch(*vectors, i));
        json::object point{{"id", ids->get_array()[i]}, {"vector", std::move(vector)}};
        if (payloads != nullptr && payloads->is_array()) {
            if (i >= payloads->get_array().size()) {
                return Wrong("batch.payloads", "there are fewer payloads than ids");
            }
            point["payload"] = payloads->get_array()[i];
        }
        points.push_back(std::move(point));
    }
    return points;
}

json::value VectorsJson(const PointSchema& schema, const Point& point, const Selection& vectors) {
    const json::array dense(point.dense.begin(), point.dense.end());
    json::object named;
    if (schema.has_dense() && (vectors.all || vectors.Has(schema.dense))) {
        if (schema.dense.empty() && point.sparse.empty()) return dense;
        named[schema.dense] = dense;
    }
    for (const auto& [name, sparse] : point.sparse) {
        if (vectors.all || vectors.Has(name)) named[name] = ToJson(sparse);
    }
    return named;
}

// has_id becomes a condition on the member that has the id. A copy of the filter is rewritten.
Result<void> RewriteIds(json::value& value, int depth) {
    if (depth > 16) return Wrong("filter", "is too deep");
    if (auto* list = value.if_array()) {
        for (json::value& each : *list) ARGOSY_CHECK_OK(RewriteIds(each, depth + 1));
        return {};
    }
    auto* object = value.if_object();
    if (object == nullptr) return {};
    if (const json::value* ids = object->if_contains("has_id")) {
        if (!ids->is_array()) return Wrong("filter: has_id", "must be a list of ids");
        json::array texts;
        for (const json::value& each : ids->get_array()) {
            ARGOSY_TRY(const PointId id, ParsePointId(each));
            texts.emplace_back(ToText(id));
        }
        *object = {{"key", kIdMember}, {"match", {{"any", std::move(texts)}}}};
        return {};
    }
    for (const char* list : {"must", "should", "must_not"}) {
        if (auto* inner = object->if_contains(list)) ARGOSY_CHECK_OK(RewriteIds(*inner, depth + 1));
    }
    return {};
}

}  // namespace

Result<Point> ParsePoint(const PointSchema& schema, const json::value& value,
                         const std::string& where) {
    const auto* object = value.if_object();
    if (object == nullptr || !object->contains("id")) {
        return Wrong(where, "must be an object with \"id\" and \"vector\"");
    }
    Point point;
    ARGOSY_TRY(point.id, ParsePointId(object->at("id")));
    const json::value* vector = object->if_contains("vector");
    if (vector != nullptr && vector->is_object()) {
        ARGOSY_CHECK_OK(ParseNamed(schema, vector->get_object(), where, point));
    } else if (vector != nullptr && !vector->is_null() && schema.has_dense()) {
        if (!schema.dense.empty()) {
            return Wrong(where + ".vector",
                         fmt::format("a vector by the name of \"{}\" is needed", schema.dense));
        }
        ARGOSY_TRY(point.dense, ParseDense(schema, *vector, where + ".vector"));
    }
    if (schema.has_dense() && point.dense.empty()) {
        return Wrong(
            where + ".vector",
            fmt::format("this server needs the vector \"{}\" with every point", schema.dense));
    }
    const json::value* payload = object->if_contains("payload");
    if (payload == nullptr || payload->is_null()) return point;
    if (!payload->is_object()) return Wrong(where + ".payload", "must be an object");
    point.payload = payload->get_object();
    return point;
}

Result<std::vector<Point>> ParsePoints(const PointSchema& schema, const json::object& body) {
    json::array list;
    if (const json::value* batch = body.if_contains("batch")) {
        ARGOSY_TRY(list, PointsOfBatch(*batch));
    } else {
        const json::value* points = body.if_contains("points");
        if (points == nullptr || !points->is_array()) {
            return Wrong("body", "must have a list \"points\" or an object \"batch\"");
        }
        list = points->get_array();
    }
    std::map<PointId, Point> by_id;
    for (size_t i = 0; i < list.size(); ++i) {
        ARGOSY_TRY(Point point, ParsePoint(schema, list[i], fmt::format("points[{}]", i)));
        const PointId id = point.id;
        by_id.insert_or_assign(id, std::move(point));
    }
    std::vector<Point> points;
    for (auto& [id, point] : by_id) points.push_back(std::move(point));
    return points;
}

StoredDocument ToDocument(const Point& point) {
    const std::string id = ToText(point.id);
    StoredChunk stored{{id, id, 0, {}, point.payload}, point.dense};
    for (const char* name : kTextMembers) {
        const json::value* text = point.payload.if_contains(name);
        if (text == nullptr || !text->is_string()) continue;
        stored.chunk.text = text->get_string();
        break;
    }
    stored.chunk.metadata[kIdMember] = id;
    json::object sparse;
    for (const auto& [name, vector] : point.sparse) sparse[name] = ToJson(vector);
    // A text, so that filters and their index do not look into it.
    if (!sparse.empty()) stored.chunk.metadata[kSparseMember] = json::serialize(sparse);
    return {id, "", {std::move(stored)}};
}

Result<Point> FromChunk(StoredChunk stored) {
    Point point{.dense = std::move(stored.vector)};
    ARGOSY_TRY(point.id, PointIdOfText(stored.chunk.document_id));
    point.payload = std::move(stored.chunk.metadata);
    point.payload.erase(kIdMember);
    const json::value* sparse = point.payload.if_contains(kSparseMember);
    if (sparse == nullptr || !sparse->is_string()) return point;
    ARGOSY_TRY(const json::value vectors, ParseJson(sparse->get_string()));
    if (const auto* named = vectors.if_object()) {
        for (const auto& member : *named) {
            ARGOSY_TRY(point.sparse[std::string(member.key())], ParseSparse(member.value()));
        }
    }
    point.payload.erase(kSparseMember);
    return point;
}

Result<Filter> ParsePointFilter(const json::value* value) {
    if (value == nullptr || value->is_null()) return Filter();
    json::value rewritten = *value;
    ARGOSY_CHECK_OK(RewriteIds(rewritten, 0));
    return ParseFilter(rewritten);
}

Filter Both(Filter a, Filter b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    Filter both;
    both.must.push_back({{}, std::make_shared<const Filter>(std::move(a))});
    both.must.push_back({{}, std::make_shared<const Filter>(std::move(b))});
    return both;
}

Filter HasId(const std::vector<PointId>& ids) {
    MatchAny any;
    for (const PointId& id : ids) any.values.emplace_back(ToText(id));
    Filter filter;
    filter.must.push_back({kIdMember, std::move(any)});
    return filter;
}

bool Selection::Has(std::string_view name) const {
    return std::ranges::find(names, name) != names.end();
}

Result<Selection> ParseSelection(const json::object& body, std::string_view name, bool otherwise) {
    const json::value* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) return Selection{.all = otherwise};
    if (value->is_bool()) return Selection{.all = value->get_bool()};
    Selection selection;
    const json::value* list = value;
    if (const auto* object = value->if_object()) {
        selection.exclude = object->contains("exclude");
        list = object->if_contains(selection.exclude ? "exclude" : "include");
    }
    if (list == nullptr || !list->is_array()) {
        return Wrong(std::string(name), "must be a boolean or a list of names");
    }
    for (const json::value& each : list->get_array()) {
        if (!each.is_string()) return Wrong(std::string(name), "must be a list of names");
        selection.names.emplace_back(each.get_string());
    }
    return selection;
}

json::object Record(const PointSchema& schema, const Point& point, const Selection& payload,
                    const Selection& vectors) {
    json::object record{{"id", ToJson(point.id)}};
    if (payload.any()) {
        json::object shown;
        for (const auto& member : point.payload) {
            if (payload.all || payload.Has(member.key()) != payload.exclude) {
                shown[member.key()] = member.value();
            }
        }
        record["payload"] = std::move(shown);
    }
    if (vectors.any()) record["vector"] = VectorsJson(schema, point, vectors);
    return record;
}

}  // namespace argosy::retrieval::face
