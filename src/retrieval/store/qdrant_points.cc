#include "retrieval/store/qdrant_points.h"

#include <openssl/sha.h>

#include <array>
#include <map>

#include "retrieval/index/analyzer.h"
#include "retrieval/store/collection_json.h"

namespace argosy::retrieval::internal {

namespace {

constexpr std::string_view kSettingsName = "argosy collection settings";

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest Sha256(std::string_view text) {
    Digest digest;
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return digest;
}

// A term's dimension. Two of a collection's terms meet in one about as often as its number of
// terms squared is to 2^33.
uint32_t DimensionOf(const std::string& term) {
    const Digest digest = Sha256(term);
    return static_cast<uint32_t>(digest[0]) << 24 | static_cast<uint32_t>(digest[1]) << 16 |
           static_cast<uint32_t>(digest[2]) << 8 | digest[3];
}

std::string Uuid(std::string_view text) {
    Digest d = Sha256(text);
    d[6] = static_cast<unsigned char>(0x80 | (d[6] & 0x0F));  // version 8: of our own making
    d[8] = static_cast<unsigned char>(0x80 | (d[8] & 0x3F));
    std::string uuid;
    for (size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
        uuid += fmt::format("{:02x}", d[i]);
    }
    return uuid;
}

// Dimensions with how often each is there.
std::map<uint32_t, double> Counted(const std::vector<std::string>& terms) {
    std::map<uint32_t, double> counts;
    for (const std::string& term : terms) counts[DimensionOf(term)] += 1;
    return counts;
}

json::object SparseJson(const std::map<uint32_t, double>& weights) {
    json::array indices, values;
    for (const auto& [dimension, weight] : weights) {
        indices.emplace_back(dimension);
        values.emplace_back(weight);
    }
    return {{"indices", std::move(indices)}, {"values", std::move(values)}};
}

// A point must have its dense vector; that of one which is no chunk is never compared, but it must
// have a length.
json::object Vectors(const CollectionConfig& config, const std::vector<float>& dense,
                     json::object sparse) {
    json::object vectors;
    if (config.dimensions > 0) {
        json::array numbers(dense.begin(), dense.end());
        if (dense.empty()) {
            numbers = json::array(config.dimensions, json::value(0));
            numbers[0] = 1;
        }
        vectors[kDense] = std::move(numbers);
    }
    if (!sparse.empty() && !sparse.at("indices").as_array().empty()) {
        vectors[kSparse] = std::move(sparse);
    }
    return vectors;
}

json::object ReadChunk(const json::object& payload, Chunk& chunk) {
    chunk.id = payload.at("chunk").as_string();
    chunk.document_id = payload.at("document").as_string();
    chunk.begin = payload.at("begin").to_number<size_t>();
    chunk.text = payload.at("text").as_string();
    return payload.at("metadata").as_object();
}

}  // namespace

std::string PointIdOf(std::string_view document, size_t number) {
    return Uuid(fmt::format("{}#{}", number, document));
}

std::string SettingsId() { return Uuid(kSettingsName); }

json::object SparseOf(const Bm25& bm25, std::string_view text) {
    const auto terms = Analyzer(bm25.language).Terms(text);
    const double length = static_cast<double>(terms.size()) / kMeanTerms;
    auto weights = Counted(terms);
    for (auto& [dimension, count] : weights) {
        count = count / (count + bm25.k1 * (1 - bm25.b + bm25.b * length));
    }
    return SparseJson(weights);
}

json::object SparseQuestion(const Bm25& bm25, std::string_view text) {
    const auto weights = Counted(Analyzer(bm25.language).Terms(text));
    return weights.empty() ? json::object() : SparseJson(weights);
}

std::vector<json::object> PointsOf(const CollectionConfig& config, const StoredDocument& document) {
    std::vector<json::object> points;
    for (size_t number = 0; number < document.chunks.size(); ++number) {
        const StoredChunk& stored = document.chunks[number];
        points.push_back(
            {{"id", PointIdOf(document.id, number)},
             {"vector", Vectors(config, stored.vector, SparseOf(config.bm25, stored.chunk.text))},
             {"payload",
              {{"argosy", "chunk"},
               {"document", document.id},
               {"number", number},
               {"hash", document.hash},
               {"chunk", stored.chunk.id},
               {"begin", stored.chunk.begin},
               {"text", stored.chunk.text},
               {"metadata", stored.chunk.metadata}}}});
    }
    if (!points.empty()) return points;
    points.push_back({{"id", PointIdOf(document.id, 0)},
                      {"vector", Vectors(config, {}, {})},
                      {"payload",
                       {{"argosy", "document"},
                        {"document", document.id},
                        {"number", 0},
                        {"hash", document.hash}}}});
    return points;
}

json::object SettingsPoint(const CollectionConfig& config) {
    return {{"id", SettingsId()},
            {"vector", Vectors(config, {}, {})},
            {"payload", {{"argosy", "collection"}, {"config", ConfigToJson(config)}}}};
}

Result<StoredChunk> ChunkOf(const json::value& record) {
    try {
        StoredChunk stored;
        stored.chunk.metadata = ReadChunk(record.at("payload").as_object(), stored.chunk);
        const auto* vectors = record.as_object().if_contains("vector");
        const auto* named = vectors == nullptr ? nullptr : vectors->if_object();
        const auto* dense = named == nullptr ? nullptr : named->if_contains(kDense);
        if (dense == nullptr) return stored;
        for (const auto& x : dense->as_array()) stored.vector.push_back(x.to_number<float>());
        return stored;
    } catch (const std::exception& e) {
        return Err(ErrorCode::kCorrupt, "a point of Qdrant is no chunk of ours: {}", e.what());
    }
}

json::object Is(std::string_view key, json::value value) {
    return {{"key", key}, {"match", {{"value", std::move(value)}}}};
}

json::object IsAny(std::string_view key, json::array values) {
    return {{"key", key}, {"match", {{"any", std::move(values)}}}};
}

}  // namespace argosy::retrieval::internal
