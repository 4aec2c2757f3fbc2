// The routes of the face, each a function of its request. Private to QdrantFace.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "net/exchange.h"
#include "retrieval/face/face_state.h"

namespace argosy::retrieval::face {

/// Gives what stands as "result" in the answer.
using RouteFunction =
    std::function<Result<json::value>(FaceState&, const ServerRequest&, const json::object& body)>;
struct FaceRoute {
    std::string method;
    std::string pattern;
    RouteFunction run;
};

std::vector<FaceRoute> CollectionRoutes();
std::vector<FaceRoute> PointRoutes();
std::vector<FaceRoute> SnapshotRoutes();

}  // namespace argosy::retrieval::face
