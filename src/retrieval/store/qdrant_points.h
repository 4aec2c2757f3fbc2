// Documents as Qdrant's points, and filters as Qdrant's filters. Private to QdrantStore; pure.
//
// A chunk's point has the payload {"argosy": "chunk", "document", "number", "hash", "chunk",
// "begin", "text", "metadata"}. A document without chunks has a point for its hash ("argosy":
// "document"), and the collection one for its settings ("collection"); searches leave both out.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "retrieval/store/store.h"

namespace argosy::retrieval::internal {

inline constexpr const char* kDense = "dense";
inline constexpr const char* kSparse = "bm25";
/// The terms of a chunk of middle length: of 500 characters, about that many are left without stop
/// words.
inline constexpr double kMeanTerms = 50;

/// A UUID of the n-th piece of a document: the same for the same.
std::string PointIdOf(std::string_view document, size_t number);
/// Of the point that has the settings.
std::string SettingsId();

/// The term's part of BM25 in each dimension, {"indices", "values"}.
json::object SparseOf(const Bm25& bm25, std::string_view text);
/// A question's terms with how often each is there; empty where nothing of it is a term.
json::object SparseQuestion(const Bm25& bm25, std::string_view text);

/// The points of a document, its number 0 first; at least that one.
std::vector<json::object> PointsOf(const CollectionConfig& config, const StoredDocument& document);
json::object SettingsPoint(const CollectionConfig& config);

/// A chunk from a record {"payload", "vector"?}; kCorrupt.
Result<StoredChunk> ChunkOf(const json::value& record);

/// Chunks alone, that pass the filter. kUnsupported where Qdrant has no such condition.
Result<json::object> QdrantFilter(const Filter& filter);
/// {"key", "match": {"value"}}, {"key", "match": {"any"}}.
json::object Is(std::string_view key, json::value value);
json::object IsAny(std::string_view key, json::array values);

}  // namespace argosy::retrieval::internal
