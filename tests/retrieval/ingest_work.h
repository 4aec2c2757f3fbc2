// What the child of the crash test writes, so that the parent knows what must be there.
#pragma once

#include <fmt/format.h>

#include <random>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

constexpr size_t kIngestDimensions = 24;

inline std::vector<float> IngestVector(int document, int version, int chunk) {
    std::mt19937_64 random(static_cast<uint64_t>(document * 1000 + version * 10 + chunk));
    std::normal_distribution<float> normal;
    std::vector<float> vector(kIngestDimensions);
    for (float& x : vector) x = normal(random);
    return vector;
}

/// A document's chunks depend on its number and version; versions differ in their number of chunks.
inline StoredDocument IngestDocument(int document, int version) {
    const std::string id = fmt::format("d{}", document);
    StoredDocument out{id, std::to_string(version), {}};
    for (int chunk = 0; chunk < 1 + (document + version) % 3; ++chunk) {
        StoredChunk stored{{fmt::format("{}#{}", id, chunk),
                            id,
                            0,
                            fmt::format("doc{} v{}x{} piece{}", document, document, version, chunk),
                            {{"version", version}}}};
        stored.vector = IngestVector(document, version, chunk);
        out.chunks.push_back(std::move(stored));
    }
    return out;
}

}  // namespace argosy::retrieval
