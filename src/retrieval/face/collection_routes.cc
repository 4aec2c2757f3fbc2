#include "retrieval/face/face_routes.h"
#include "retrieval/face/multipart.h"

namespace argosy::retrieval::face {

namespace {

std::string NameOf(const ServerRequest& request) { return std::string(request.Param("name")); }

Result<json::value> ListCollections(FaceState& state, const ServerRequest&, const json::object&) {
    ARGOSY_TRY(const auto names, state.Names());
    json::array list;
    for (const std::string& name : names) list.push_back(json::object{{"name", name}});
    return json::value(json::object{{"collections", std::move(list)}});
}

Result<json::value> GetCollection(FaceState& state, const ServerRequest& request,
                                  const json::object&) {
    ARGOSY_TRY(const auto collection, state.Find(NameOf(request)));
    ARGOSY_TRY(const size_t points, collection->Count({}));
    return json::value(DescribeCollection(collection->schema(), points));
}

Result<json::value> Exists(FaceState& state, const ServerRequest& request, const json::object&) {
    const auto found = state.Find(NameOf(request));
    if (!found && found.error().code != ErrorCode::kNotFound) {
        return std::unexpected(found.error());
    }
    return json::value(json::object{{"exists", found.has_value()}});
}

Result<json::value> Create(FaceState& state, const ServerRequest& request,
                           const json::object& body) {
    ARGOSY_TRY(const PointSchema schema, ParseSchema(NameOf(request), body));
    ARGOSY_CHECK_OK(state.Create(schema));
    return json::value(true);
}

Result<json::value> Drop(FaceState& state, const ServerRequest& request, const json::object&) {
    ARGOSY_TRY(const bool was_there, state.Drop(NameOf(request)));
    return json::value(was_there);
}

// Every field of a payload is indexed as it comes: there is nothing to do.
Result<json::value> AcceptIndex(FaceState& state, const ServerRequest& request,
                                const json::object&) {
    ARGOSY_CHECK_OK(state.Find(NameOf(request)));
    return json::value(json::object{{"operation_id", 0}, {"status", "completed"}});
}

Result<json::value> ListSnapshots(FaceState& state, const ServerRequest& request,
                                  const json::object&) {
    ARGOSY_TRY(json::array list, state.Snapshots(NameOf(request)));
    return json::value(std::move(list));
}

Result<json::value> MakeSnapshot(FaceState& state, const ServerRequest& request,
                                 const json::object&) {
    ARGOSY_TRY(json::object made, state.MakeSnapshot(NameOf(request)));
    return json::value(std::move(made));
}

Result<json::value> DropSnapshot(FaceState& state, const ServerRequest& request,
                                 const json::object&) {
    ARGOSY_CHECK_OK(state.DropSnapshot(NameOf(request), std::string(request.Param("snapshot"))));
    return json::value(true);
}

Result<json::value> RecoverSnapshot(FaceState& state, const ServerRequest& request,
                                    const json::object& body) {
    const json::value* location = body.if_contains("location");
    if (location == nullptr || !location->is_string()) {
        return Err(ErrorCode::kInvalidArgument, "location: a URL is needed");
    }
    ARGOSY_CHECK_OK(state.RecoverFrom(NameOf(request), std::string(location->get_string())));
    return json::value(true);
}

Result<json::value> UploadSnapshot(FaceState& state, const ServerRequest& request,
                                   const json::object&) {
    ARGOSY_TRY(const std::string_view bytes,
               FormPart(request.headers.Get("Content-Type"), request.body, "snapshot"));
    ARGOSY_CHECK_OK(state.RecoverBytes(NameOf(request), bytes));
    return json::value(true);
}

}  // namespace

std::vector<FaceRoute> CollectionRoutes() {
    return {{"GET", "/collections", &ListCollections},
            {"GET", "/collections/{name}", &GetCollection},
            {"GET", "/collections/{name}/exists", &Exists},
            {"PUT", "/collections/{name}", &Create},
            {"DELETE", "/collections/{name}", &Drop},
            {"PUT", "/collections/{name}/index", &AcceptIndex},
            {"DELETE", "/collections/{name}/index/{field}", &AcceptIndex}};
}

std::vector<FaceRoute> SnapshotRoutes() {
    const std::string base = "/collections/{name}/snapshots";
    return {{"GET", base, &ListSnapshots},
            {"POST", base, &MakeSnapshot},
            {"DELETE", base + "/{snapshot}", &DropSnapshot},
            {"PUT", base + "/recover", &RecoverSnapshot},
            {"POST", base + "/upload", &UploadSnapshot}};
}

}  // namespace argosy::retrieval::face
