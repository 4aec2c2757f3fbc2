// Which vectors the points of a collection have, kept as the labels of its collection in the store.
#pragma once

#include <map>
#include <string>

#include "base/json.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval::face {

struct PointSchema {
    CollectionConfig config;  // with the dense vector's dimensions and metric
    /// Of the one dense vector; empty: it has no name.
    std::string dense = {};
    std::map<std::string, bool> sparse = {};  // names, and whether they have Qdrant's modifier idf

    bool has_dense() const { return config.dimensions > 0; }
};

/// From the body of PUT /collections/{name}. kInvalidArgument names the field; settings that change
/// no answer (shards, quantisation, optimisers) are passed over.
Result<PointSchema> ParseSchema(const std::string& name, const json::object& body);
/// Nothing where the collection was not made by the face.
std::optional<PointSchema> SchemaOf(const CollectionConfig& config);
/// What GET /collections/{name} tells.
json::object DescribeCollection(const PointSchema& schema, size_t points);

}  // namespace argosy::retrieval::face
