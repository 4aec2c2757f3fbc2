// Points, and how they are kept: each a document of one chunk. The payload is the chunk's metadata,
// with two more members that no client sees: the point's id, so that filters may ask for it, and
// its sparse vectors.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "retrieval/face/point_id.h"
#include "retrieval/face/point_schema.h"
#include "retrieval/face/sparse_index.h"

namespace argosy::retrieval::face {

/// The member of the metadata that has the id's text.
inline constexpr const char* kIdMember = "$id";
inline constexpr const char* kSparseMember = "$sparse";

struct Point {
    PointId id = {};
    std::vector<float> dense = {};
    std::map<std::string, SparseVector> sparse = {};
    json::object payload = {};
};

/// From {"id", "vector", "payload"}; `where` ("points[3]") is for errors.
Result<Point> ParsePoint(const PointSchema& schema, const json::value& value,
                         const std::string& where);
/// From {"points": [...]} or {"batch": {"ids", "vectors", "payloads"}}; of an id that is there
/// twice the last.
Result<std::vector<Point>> ParsePoints(const PointSchema& schema, const json::object& body);

StoredDocument ToDocument(const Point& point);
Result<Point> FromChunk(StoredChunk stored);

/// A filter as Qdrant writes it, has_id conditions too. Null and missing: everything.
Result<Filter> ParsePointFilter(const json::value* value);
/// Both hold.
Filter Both(Filter a, Filter b);
Filter HasId(const std::vector<PointId>& ids);

/// Which members of a payload, or which vectors, an answer shows.
struct Selection {
    bool all = false;
    bool exclude = false;  // all but `names`
    std::vector<std::string> names = {};

    bool any() const { return all || exclude || !names.empty(); }
    bool Has(std::string_view name) const;
};
/// "with_payload" or "with_vector": a boolean, a list, {"include"} or {"exclude"}.
Result<Selection> ParseSelection(const json::object& body, std::string_view name, bool otherwise);

/// {"id", "payload"?, "vector"?} as asked for.
json::object Record(const PointSchema& schema, const Point& point, const Selection& payload,
                    const Selection& vectors);

}  // namespace argosy::retrieval::face
