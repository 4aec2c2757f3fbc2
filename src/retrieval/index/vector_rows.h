// The vectors of a collection, quantised (quantized_dot.h), in blocks that never move: mapped from
// a file or in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "retrieval/index/quantized_dot.h"
#include "retrieval/index/slot_set.h"

namespace argosy::retrieval {

enum class Metric {
    kCosine,     // score: the cosine, in [-1, 1]
    kDot,        // score: the inner product
    kEuclidean,  // score: minus the squared distance
};

/// A question prepared for one metric.
struct PreparedQuery {
    QuantizedQuery query;
    float norm = 0;  // squared length, for kEuclidean
};

/// Thread-compatible: many readers or one writer; Set may be called for different slots at once.
class VectorRows {
  public:
    /// Rows of a block; a power of two.
    static constexpr size_t kBlockRows = 4096;

    VectorRows(size_t dimensions, Metric metric);

    size_t size() const { return scales_.size(); }
    size_t dimensions() const { return dimensions_; }
    size_t padded() const { return padded_; }
    Metric metric() const { return metric_; }

    /// Makes room for `count` rows in all; new ones are zero.
    void Resize(size_t count);
    /// Writes the row of a slot; the vector is of dimensions() finite floats.
    void Set(Slot slot, std::span<const float> vector);

    PreparedQuery Prepare(std::span<const float> question) const;
    /// A stored row as the question, for building a graph.
    PreparedQuery Prepare(Slot slot) const;

    /// What a walk compares, from the high bytes: higher is nearer.
    float Near(const PreparedQuery& q, Slot slot) const {
        return Combine(q, slot,
                       256.0F * static_cast<float>(dot_(q.query.w.data(), High(slot), padded_)));
    }
    /// The score in full precision, as the metric's comment says.
    float Score(const PreparedQuery& q, Slot slot) const;

    void Prefetch(Slot slot) const {
        const int8_t* row = High(slot);
        for (size_t i = 0; i < padded_; i += 64) __builtin_prefetch(row + i);
    }

    const int8_t* High(Slot slot) const { return Row(high_, slot); }
    const int8_t* Low(Slot slot) const { return Row(low_, slot); }
    std::span<const float> scales() const { return scales_; }

    /// Takes rows from a mapped file, which must outlive this: planes of count * padded() bytes.
    /// Only on an empty one.
    void Adopt(const int8_t* high, const int8_t* low, std::span<const float> scales);

    /// Bytes in memory, mapped ones included.
    size_t bytes() const { return size() * (2 * padded_ + 2 * sizeof(float)); }

  private:
    struct Free {
        void operator()(int8_t* p) const;
    };
    using Block = std::unique_ptr<int8_t[], Free>;

    const int8_t* Row(const std::vector<int8_t*>& plane, Slot slot) const {
        return plane[slot / kBlockRows] + slot % kBlockRows * padded_;
    }
    float Combine(const PreparedQuery& q, Slot slot, float dot) const {
        const float product = q.query.scale * scales_[slot] * dot;
        return metric_ == Metric::kEuclidean ? 2 * product - norms_[slot] - q.norm : product;
    }
    void MakeBlock();
    void SetNorm(Slot slot);

    size_t dimensions_, padded_;
    Metric metric_;
    DotFunction dot_;
    std::vector<int8_t*> high_, low_;  // a block each; of a mapped file's whole blocks, inside it
    std::vector<Block> owned_;
    std::vector<float> scales_;
    std::vector<float> norms_;  // squared lengths, for kEuclidean
};

}  // namespace argosy::retrieval
