// Ids of points as Qdrant has them: unsigned integers or UUIDs.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace argosy::retrieval::face {

/// Ordered as Qdrant scrolls: numbers, then UUIDs.
struct PointId {
    std::string uuid = {};  // in lower case with hyphens; empty: a number
    uint64_t number = 0;

    friend std::strong_ordering operator<=>(const PointId&, const PointId&) = default;
    friend bool operator==(const PointId&, const PointId&) = default;
};

/// From JSON: 17, "5c56c793-69f3-4fbf-87e6-c4bf54c28c26", or a UUID in one of its other forms
/// (without hyphens, "urn:uuid:…"). kInvalidArgument.
Result<PointId> ParsePointId(const json::value& value);
json::value ToJson(const PointId& id);

/// As a document's id in the store ("17"), and back.
std::string ToText(const PointId& id);
Result<PointId> PointIdOfText(std::string_view text);

}  // namespace argosy::retrieval::face
