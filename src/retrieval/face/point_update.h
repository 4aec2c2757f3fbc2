// Changes of points: upsert, delete, and what is done to payloads.
#pragma once

#include <string_view>
#include <vector>

#include "retrieval/face/point_collection.h"

namespace argosy::retrieval::face {

/// `kind` as Qdrant calls it in a batch: "upsert", "delete", "set_payload", "overwrite_payload",
/// "delete_payload" or "clear_payload". kInvalidArgument names the field, kUnsupported the kind.
Result<void> RunUpdate(PointCollection& collection, std::string_view kind,
                       const json::object& body);
/// {"operations": [{"upsert": {...}}, ...]}, one after the other; how many there were. What was
/// done before one that fails is done.
Result<size_t> RunUpdates(PointCollection& collection, const json::object& body);

/// A list of ids.
Result<std::vector<PointId>> ParseIds(const json::object& body, std::string_view name);
/// The member "limit" alone.
json::object LimitOf(const json::object& body);

}  // namespace argosy::retrieval::face
