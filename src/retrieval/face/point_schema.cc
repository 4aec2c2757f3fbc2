#include "retrieval/face/point_schema.h"

#include <optional>
#include <utility>

namespace argosy::retrieval::face {

namespace {

constexpr const char* kLabel = "qdrant_points";

constexpr std::pair<const char*, Metric> kDistances[] = {
    {"Cosine", Metric::kCosine}, {"Dot", Metric::kDot}, {"Euclid", Metric::kEuclidean}};

std::unexpected<Error> Wrong(std::string_view where, std::string_view message) {
    return Err(ErrorCode::kInvalidArgument, "{}: {}", where, message);
}

const json::object* ObjectIn(const json::object& from, std::string_view name) {
    const json::value* value = from.if_contains(name);
    return value == nullptr ? nullptr : value->if_object();
}

Result<void> ReadParams(const json::object& params, const std::string& where,
                        CollectionConfig& config) {
    const json::value* size = params.if_contains("size");
    if (size == nullptr || !size->is_int64() || size->get_int64() < 1 ||
        size->get_int64() > 65536) {
        return Wrong(where + ".size", "a whole number from 1 to 65536 is needed");
    }
    config.dimensions = static_cast<size_t>(size->get_int64());
    if (params.contains("multivector_config")) {
        return Wrong(where, "multivectors are not supported by this server");
    }
    const json::value* distance = params.if_contains("distance");
    for (const auto& [name, metric] : kDistances) {
        if (distance == nullptr || *distance != name) continue;
        config.metric = metric;
        return {};
    }
    return Wrong(where + ".distance", "\"Cosine\", \"Dot\" or \"Euclid\" is needed");
}

Result<void> ReadVectors(const json::object& vectors, PointSchema& schema) {
    if (vectors.contains("size")) return ReadParams(vectors, "vectors", schema.config);
    if (vectors.size() > 1) {
        return Wrong("vectors", fmt::format("this server keeps one dense vector a point, not {}",
                                            vectors.size()));
    }
    for (const auto& member : vectors) {
        schema.dense = member.key();
        const std::string where = "vectors." + schema.dense;
        const auto* params = member.value().if_object();
        if (params == nullptr) return Wrong(where, "must be an object with size and distance");
        ARGOSY_CHECK_OK(ReadParams(*params, where, schema.config));
    }
    return {};
}

void ReadHnsw(const json::object& body, HnswOptions& hnsw) {
    const auto* given = ObjectIn(body, "hnsw_config");
    if (given == nullptr) return;
    const auto number = [&](std::string_view name, size_t& out) {
        const json::value* value = given->if_contains(name);
        if (value != nullptr && value->is_int64() && value->get_int64() > 0) {
            out = static_cast<size_t>(value->get_int64());
        }
    };
    number("m", hnsw.links);
    number("ef_construct", hnsw.build_beam);
}

const char* DistanceName(Metric metric) {
    for (const auto& [name, known] : kDistances) {
        if (known == metric) return name;
    }
    return "";
}

}  // namespace

Result<PointSchema> ParseSchema(const std::string& name, const json::object& body) {
    PointSchema schema;
    schema.config.name = name;
    if (const auto* vectors = ObjectIn(body, "vectors")) {
        ARGOSY_CHECK_OK(ReadVectors(*vectors, schema));
    }
    json::object sparse_labels;
    if (const auto* sparse = ObjectIn(body, "sparse_vectors")) {
        for (const auto& member : *sparse) {
            const auto* params = member.value().if_object();
            const auto* modifier = params == nullptr ? nullptr : params->if_contains("modifier");
            const bool idf = modifier != nullptr && *modifier == "idf";
            schema.sparse[std::string(member.key())] = idf;
            sparse_labels[member.key()] = idf;
        }
    }
    if (schema.sparse.contains(schema.dense) && schema.has_dense()) {
        return Wrong("sparse_vectors", "a dense vector has the same name");
    }
    ReadHnsw(body, schema.config.hnsw);
    schema.config.labels[kLabel] = {{"dense", schema.dense}, {"sparse", std::move(sparse_labels)}};
    return schema;
}

std::optional<PointSchema> SchemaOf(const CollectionConfig& config) {
    const auto* label = ObjectIn(config.labels, kLabel);
    if (label == nullptr) return std::nullopt;
    PointSchema schema{.config = config};
    const json::value* dense = label->if_contains("dense");
    if (dense != nullptr && dense->is_string()) schema.dense = dense->get_string();
    if (const auto* sparse = ObjectIn(*label, "sparse")) {
        for (const auto& member : *sparse) {
            schema.sparse[std::string(member.key())] = member.value() == true;
        }
    }
    return schema;
}

json::object DescribeCollection(const PointSchema& schema, size_t points) {
    json::object vectors;
    if (schema.has_dense()) {
        const json::object params{{"size", schema.config.dimensions},
                                  {"distance", DistanceName(schema.config.metric)}};
        if (schema.dense.empty()) {
            vectors = params;
        } else {
            vectors[schema.dense] = params;
        }
    }
    json::object all{{"vectors", std::move(vectors)},
                     {"shard_number", 1},
                     {"replication_factor", 1},
                     {"write_consistency_factor", 1},
                     {"on_disk_payload", true}};
    if (!schema.sparse.empty()) {
        json::object sparse;
        for (const auto& [name, idf] : schema.sparse) {
            sparse[name] = idf ? json::object{{"modifier", "idf"}} : json::object();
        }
        all["sparse_vectors"] = std::move(sparse);
    }
    json::object config{
        {"params", std::move(all)},
        {"hnsw_config",
         {{"m", schema.config.hnsw.links},
          {"ef_construct", schema.config.hnsw.build_beam},
          {"full_scan_threshold", 0}}},
        {"optimizer_config", {{"default_segment_number", 1}, {"flush_interval_sec", 0}}}};
    return {{"status", "green"},
            {"optimizer_status", "ok"},
            {"points_count", points},
            {"indexed_vectors_count", schema.has_dense() ? points : 0},
            {"segments_count", 1},
            {"config", std::move(config)},
            {"payload_schema", json::object()}};
}

}  // namespace argosy::retrieval::face
