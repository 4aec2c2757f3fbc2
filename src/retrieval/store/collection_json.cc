#include "retrieval/store/collection_json.h"

namespace argosy::retrieval {

namespace {

CollectionConfig ReadConfig(const json::object& json) {
    CollectionConfig config;
    config.name = std::string(json.at("name").as_string());
    config.dimensions = json.at("dimensions").to_number<size_t>();
    config.metric = static_cast<Metric>(json.at("metric").to_number<int>());
    config.bm25 = {json.at("k1").to_number<double>(), json.at("b").to_number<double>(),
                   static_cast<Language>(json.at("language").to_number<int>())};
    config.hnsw = {json.at("links").to_number<size_t>(), json.at("build_beam").to_number<size_t>(),
                   json.at("seed").to_number<uint64_t>()};
    if (const auto* labels = json.if_contains("labels")) config.labels = labels->as_object();
    return config;
}

StoredChunk ReadChunk(const json::object& json, const std::string& document) {
    StoredChunk stored{{std::string(json.at("id").as_string()), document,
                        json.at("begin").to_number<size_t>(),
                        std::string(json.at("text").as_string()), json.at("metadata").as_object()}};
    for (const auto& x : json.at("vector").as_array()) {
        stored.vector.push_back(x.to_number<float>());
    }
    return stored;
}

StoredDocument ReadDocument(const json::object& json) {
    StoredDocument document{
        std::string(json.at("id").as_string()), std::string(json.at("hash").as_string()), {}};
    for (const auto& chunk : json.at("chunks").as_array()) {
        document.chunks.push_back(ReadChunk(chunk.as_object(), document.id));
    }
    return document;
}

}  // namespace

json::object ConfigToJson(const CollectionConfig& config) {
    json::object out{{"name", config.name},
                     {"dimensions", config.dimensions},
                     {"metric", static_cast<int>(config.metric)},
                     {"k1", config.bm25.k1},
                     {"b", config.bm25.b},
                     {"language", static_cast<int>(config.bm25.language)},
                     {"links", config.hnsw.links},
                     {"build_beam", config.hnsw.build_beam},
                     {"seed", config.hnsw.seed}};
    if (!config.labels.empty()) out["labels"] = config.labels;
    return out;
}

Result<CollectionConfig> ConfigFromJson(const json::value& json) {
    try {
        return ReadConfig(json.as_object());
    } catch (const std::exception& e) {
        return Err(ErrorCode::kCorrupt, "a collection's settings cannot be read: {}", e.what());
    }
}

json::object DocumentToJson(const StoredDocument& document) {
    json::array chunks;
    for (const StoredChunk& stored : document.chunks) {
        chunks.push_back({{"id", stored.chunk.id},
                          {"begin", stored.chunk.begin},
                          {"text", stored.chunk.text},
                          {"metadata", stored.chunk.metadata},
                          {"vector", json::array(stored.vector.begin(), stored.vector.end())}});
    }
    return {{"id", document.id}, {"hash", document.hash}, {"chunks", std::move(chunks)}};
}

Result<StoredDocument> DocumentFromJson(const json::value& json) {
    try {
        return ReadDocument(json.as_object());
    } catch (const std::exception& e) {
        return Err(ErrorCode::kCorrupt, "a document cannot be read: {}", e.what());
    }
}

}  // namespace argosy::retrieval
