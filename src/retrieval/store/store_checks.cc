#include "retrieval/store/store_checks.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace argosy::retrieval {

namespace {

bool IsFinite(std::span<const float> vector) {
    return std::ranges::all_of(vector, [](float x) { return std::isfinite(x); });
}

Result<void> CheckVector(const CollectionConfig& config, const StoredChunk& stored) {
    if (stored.vector.size() != config.dimensions) {
        return Err(ErrorCode::kInvalidArgument,
                   "chunk \"{}\": a vector of {} numbers, where the collection \"{}\" has {}",
                   stored.chunk.id, stored.vector.size(), config.name, config.dimensions);
    }
    if (IsFinite(stored.vector)) return {};
    return Err(ErrorCode::kInvalidArgument, "chunk \"{}\": its vector is not finite",
               stored.chunk.id);
}

}  // namespace

Result<void> CheckCollectionName(const std::string& name) {
    const bool good = !name.empty() && name.size() <= 128 && name[0] != '.' &&
                      std::ranges::all_of(name, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
                      });
    if (good && name != "lock") return {};
    return Err(ErrorCode::kInvalidArgument,
               "\"{}\" is no collection's name: up to 128 letters, digits, '_', '-' and '.', not "
               "beginning with '.', not \"lock\"",
               name);
}

Result<void> CheckConfig(const CollectionConfig& config) {
    ARGOSY_CHECK_OK(CheckCollectionName(config.name));
    if (config.dimensions > 65536) {
        return Err(ErrorCode::kInvalidArgument, "{} dimensions: at most 65536", config.dimensions);
    }
    if (config.hnsw.links < 2 || config.hnsw.links > 128 || config.hnsw.build_beam < 1) {
        return Err(ErrorCode::kInvalidArgument,
                   "an index has 2 to 128 links ({}) and a build beam from 1 ({})",
                   config.hnsw.links, config.hnsw.build_beam);
    }
    return {};
}

Result<void> CheckDocuments(const CollectionConfig& config,
                            std::span<const StoredDocument> documents) {
    std::set<std::string_view> ids;
    for (const StoredDocument& document : documents) {
        if (document.id.empty() || !ids.insert(document.id).second) {
            return Err(ErrorCode::kInvalidArgument,
                       "document \"{}\": its id is empty or here twice", document.id);
        }
        for (const StoredChunk& stored : document.chunks) {
            ARGOSY_CHECK_OK(CheckVector(config, stored));
        }
    }
    return {};
}

Result<void> CheckRequest(const CollectionConfig& config, const SearchRequest& request) {
    if (request.text.empty() && request.vector.empty()) {
        return Err(ErrorCode::kInvalidArgument, "a search needs a text or a vector");
    }
    if (request.vector.empty()) return {};
    if (config.dimensions == 0) {
        return Err(ErrorCode::kInvalidArgument, "the collection \"{}\" has no vectors",
                   config.name);
    }
    if (request.vector.size() != config.dimensions || !IsFinite(request.vector)) {
        return Err(ErrorCode::kInvalidArgument,
                   "a search in \"{}\" takes {} finite numbers, not a vector of {}", config.name,
                   config.dimensions, request.vector.size());
    }
    return {};
}

std::unexpected<Error> NoCollection(const std::string& name) {
    return Err(ErrorCode::kNotFound, "no collection \"{}\"", name);
}

std::unexpected<Error> CollectionExists(const std::string& name) {
    return Err(ErrorCode::kAlreadyExists, "there is a collection \"{}\"", name);
}

std::unexpected<Error> WrongPage(const std::string& from) {
    return Err(ErrorCode::kInvalidArgument, "\"{}\" is no page's \"next\"", from);
}

}  // namespace argosy::retrieval
