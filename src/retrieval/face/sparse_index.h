// Sparse vectors of points, searched by inner product: what Qdrant's named sparse vectors do. In
// memory, made of the points when their collection is first used.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "retrieval/face/point_id.h"

namespace argosy::retrieval::face {

/// Dimensions rise, each once.
using SparseVector = std::vector<std::pair<uint32_t, float>>;

/// From {"indices": [7, 3], "values": [0.5, 1]}. kInvalidArgument says what is wrong.
Result<SparseVector> ParseSparse(const json::value& value);
json::object ToJson(const SparseVector& vector);

struct ScoredId {
    PointId id = {};
    float score = 0;
};

/// Better first; of equal ones the smaller id.
inline bool IsBetter(const ScoredId& a, const ScoredId& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
}

/// Thread-compatible: many searches or one writer.
class SparseIndex {
  public:
    /// `idf`: a dimension of the question weighs ln(1 + (N - n + 0.5) / (n + 0.5)) as much, where n
    /// of N points have it (Qdrant's modifier "idf").
    explicit SparseIndex(bool idf) : idf_(idf) {}

    void Set(const PointId& id, const SparseVector& vector);
    void Remove(const PointId& id);

    /// All points that share a dimension with the question, best first; of equal ones the smaller
    /// id.
    std::vector<ScoredId> Search(const SparseVector& question) const;

  private:
    struct Posting {
        uint32_t slot;
        float value;
    };
    struct Dimension {
        std::vector<Posting> postings;  // those of gone slots too
        size_t live = 0;
    };

    bool idf_;
    std::unordered_map<uint32_t, Dimension> dimensions_;
    std::map<PointId, uint32_t> slots_;
    std::vector<PointId> ids_;                 // of each slot
    std::vector<std::vector<uint32_t>> used_;  // its dimensions; empty: the slot is gone
};

}  // namespace argosy::retrieval::face
