#include "retrieval/face/face_routes.h"
#include "retrieval/face/point_query.h"
#include "retrieval/face/point_update.h"

namespace argosy::retrieval::face {

namespace {

constexpr size_t kMaxBatch = 1000;  // queries of one request

Result<std::shared_ptr<PointCollection>> CollectionOf(FaceState& state,
                                                      const ServerRequest& request) {
    return state.Find(std::string(request.Param("name")));
}

json::value Completed() { return json::object{{"operation_id", 0}, {"status", "completed"}}; }

// An update that says what it is by its route.
RouteFunction Update(std::string kind) {
    return [kind = std::move(kind)](FaceState& state, const ServerRequest& request,
                                    const json::object& body) -> Result<json::value> {
        ARGOSY_TRY(const auto collection, CollectionOf(state, request));
        ARGOSY_CHECK_OK(RunUpdate(*collection, kind, body));
        return Completed();
    };
}

Result<json::value> Batch(FaceState& state, const ServerRequest& request,
                          const json::object& body) {
    ARGOSY_TRY(const auto collection, CollectionOf(state, request));
    ARGOSY_TRY(const size_t done, RunUpdates(*collection, body));
    return json::value(json::array(done, Completed()));
}

Result<json::value> Retrieve(FaceState& state, const ServerRequest& request,
                             const json::object& body) {
    ARGOSY_TRY(const auto collection, CollectionOf(state, request));
    ARGOSY_TRY(const auto ids, ParseIds(body, "ids"));
    ARGOSY_TRY(const Selection payload, ParseSelection(body, "with_payload", true));
    ARGOSY_TRY(const Selection vectors, ParseSelection(body, "with_vector", false));
    ARGOSY_TRY(const auto points, collection->Read(ids, vectors.any()));
    json::array records;
    for (const Point& point : points) {
        records.push_back(Record(collection->schema(), point, payload, vectors));
    }
    return json::value(std::move(records));
}

Result<json::value> RetrieveOne(FaceState& state, const ServerRequest& request,
                                const json::object&) {
    ARGOSY_TRY(const auto collection, CollectionOf(state, request));
    ARGOSY_TRY(const PointId id, PointIdOfText(request.Param("id")));
    ARGOSY_TRY(const auto points, collection->Read({id}, true));
    if (points.empty()) {
        return Err(ErrorCode::kNotFound, "Not found: Point with id {} does not exists!",
                   ToText(id));
    }
    return json::value(Record(collection->schema(), points[0], {.all = true}, {.all = true}));
}

Result<json::value> ScrollPoints(FaceState& state, const ServerRequest& request,
                                 const json::object& body) {
    ARGOSY_TRY(const auto collection, CollectionOf(state, request));
    if (const json::value* order = body.if_contains("order_by"); order && !order->is_null()) {
        return Err(ErrorCode::kUnsupported, "order_by: this server scrolls by id only");
    }
    ARGOSY_TRY(const Filter filter, ParsePointFilter(body.if_contains("filter")));
    ARGOSY_TRY(const Selection payload, ParseSelection(body, "with_payload", true));
    ARGOSY_TRY(const Selection vectors, ParseSelection(body, "with_vector", false));
    std::optional<PointId> from;
    if (const json::value* offset = body.if_contains("offset"); offset && !offset->is_null()) {
        ARGOSY_TRY(from, ParsePointId(*offset));
    }
    // The limit is read as a query's.
    ARGOSY_TRY(const PointQuery page, ParseQuery(collection->schema(), LimitOf(body)));
    ARGOSY_TRY(std::vector<PointId> ids, collection->Ids(filter, page.limit + 1, from));
    json::value next;
    if (ids.size() > page.limit) {
        next = ToJson(ids.back());
        ids.pop_back();
    }
    ARGOSY_TRY(const auto points, collection->Read(ids, vectors.any()));
    json::array records;
    for (const Point& point : points) {
        records.push_back(Record(collection->schema(), point, payload, vectors));
    }
    return json::value(
        json::object{{"points", std::move(records)}, {"next_page_offset", std::move(next)}});
}

Result<json::value> CountPoints(FaceState& state, const ServerRequest& request,
                                const json::object& body) {
    ARGOSY_TRY(const auto collection, CollectionOf(state, request));
    ARGOSY_TRY(const Filter filter, ParsePointFilter(body.if_contains("filter")));
    ARGOSY_TRY(const size_t count, collection->Count(filter));
    return json::value(json::object{{"count", count}});
}

Result<json::value> Query(FaceState& state, const ServerRequest& request,
                          const json::object& body) {
    ARGOSY_TRY(const auto collection, CollectionOf(state, request));
    ARGOSY_TRY(const PointQuery query, ParseQuery(collection->schema(), body));
    ARGOSY_TRY(json::array points, RunQuery(*collection, query));
    return json::value(json::object{{"points", std::move(points)}});
}

Result<json::value> Search(FaceState& state, const ServerRequest& request,
                           const json::object& body) {
    ARGOSY_TRY(const auto collection, CollectionOf(state, request));
    ARGOSY_TRY(const PointQuery query, ParseSearch(collection->schema(), body));
    ARGOSY_TRY(json::array points, RunQuery(*collection, query));
    return json::value(std::move(points));
}

Result<json::value> QueryBatch(FaceState& state, const ServerRequest& request,
                               const json::object& body) {
    const json::value* searches = body.if_contains("searches");
    if (searches == nullptr || !searches->is_array()) {
        return Err(ErrorCode::kInvalidArgument, "searches: a list of queries is needed");
    }
    if (searches->get_array().size() > kMaxBatch) {
        return Err(ErrorCode::kInvalidArgument, "searches: at most {} at once", kMaxBatch);
    }
    json::array results;
    for (const json::value& each : searches->get_array()) {
        if (!each.is_object()) {
            return Err(ErrorCode::kInvalidArgument, "searches[{}]: must be an object",
                       results.size());
        }
        ARGOSY_TRY(json::value result, Query(state, request, each.get_object()));
        results.push_back(std::move(result));
    }
    return json::value(std::move(results));
}

}  // namespace

std::vector<FaceRoute> PointRoutes() {
    const std::string base = "/collections/{name}/points";
    return {{"PUT", base, Update("upsert")},
            {"POST", base, &Retrieve},
            {"GET", base + "/{id}", &RetrieveOne},
            {"POST", base + "/delete", Update("delete")},
            {"POST", base + "/payload", Update("set_payload")},
            {"PUT", base + "/payload", Update("overwrite_payload")},
            {"POST", base + "/payload/delete", Update("delete_payload")},
            {"POST", base + "/payload/clear", Update("clear_payload")},
            {"POST", base + "/batch", &Batch},
            {"POST", base + "/scroll", &ScrollPoints},
            {"POST", base + "/count", &CountPoints},
            {"POST", base + "/query", &Query},
            {"POST", base + "/query/batch", &QueryBatch},
            {"POST", base + "/search", &Search}};
}

}  // namespace argosy::retrieval::face
