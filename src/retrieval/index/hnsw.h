// Nearest neighbours by a hierarchical navigable small-world graph over quantised vectors (Malkov
// and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
// Navigable Small World graphs", 2016), with filters that never cost answers.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "retrieval/index/search_hit.h"
#include "retrieval/index/vector_rows.h"

namespace argosy::retrieval {

struct HnswOptions {
    size_t links = 16;        // a node's on the upper layers; twice that on the lowest
    size_t build_beam = 128;  // candidates when a node looks for its neighbours
    uint64_t seed = 1;        // of the nodes' layers
};

/// How a search went, for explanations and tests.
struct WalkStats {
    size_t compared = 0;  // rows whose distance was computed
    bool exact = false;   // every allowed row was compared
};

/// Thread-compatible: many searches or one writer.
class Hnsw {
  public:
    static constexpr size_t kMaxLayer = 15;

    Hnsw(size_t dimensions, Metric metric, HnswOptions options);

    /// Adds `vectors` (rows of dimensions() finite floats) at the slots from size() on, with as
    /// many threads as asked for.
    void Add(std::span<const float> vectors, size_t threads = 1);
    /// The slot is given no more; walks still pass through it.
    void Remove(Slot slot);

    size_t size() const { return rows_.size(); }
    size_t live() const { return live_count_; }
    size_t dimensions() const { return rows_.dimensions(); }
    Metric metric() const { return rows_.metric(); }
    const HnswOptions& options() const { return options_; }

    /// The nearest min(limit, matches) live slots of those in `allowed` (null: all), best first,
    /// with scores in full precision. `beam` candidates are kept: more is slower and finds more.
    /// Where comparing all of `allowed` costs no more than walking would, or a walk turns out so,
    /// all are compared.
    std::vector<SlotScore> Search(std::span<const float> question, size_t limit, size_t beam,
                                  const SlotSet* allowed = nullptr,
                                  WalkStats* stats = nullptr) const;

    /// The score of a slot in full precision.
    float Score(std::span<const float> question, Slot slot) const;

    /// Bytes of rows and graph.
    size_t bytes() const;

  private:
    friend class HnswFile;
    struct Visited;
    struct Insertion;

    /// A node's neighbours on a layer: the count and then the slots.
    uint32_t* Links(Slot slot, size_t layer) {
        return const_cast<uint32_t*>(std::as_const(*this).Links(slot, layer));
    }
    const uint32_t* Links(Slot slot, size_t layer) const {
        if (layer == 0) return &lowest_[slot * (2 * options_.links + 1)];
        return &upper_[upper_at_[slot] + (layer - 1) * (options_.links + 1)];
    }
    size_t Capacity(size_t layer) const { return layer == 0 ? 2 * options_.links : options_.links; }
    size_t LayerOf(Slot slot) const;
    void MakeRoom(size_t count);

    // hnsw_build.cc
    void Insert(Slot slot, Insertion& work);
    void Connect(Slot slot, size_t layer, std::vector<SlotScore>& candidates, Insertion& work);
    void ConnectBack(Slot from, Slot to, float near, size_t layer, Insertion& work);
    void Diverse(std::vector<SlotScore>& candidates, size_t count) const;
    std::vector<SlotScore> BuildWalk(const PreparedQuery& q, SlotScore start, size_t layer,
                                     Insertion& work) const;

    // hnsw_search.cc
    SlotScore Descend(const PreparedQuery& q, size_t to_layer, WalkStats& stats) const;
    std::vector<SlotScore> Walk(const PreparedQuery& q, size_t beam, WalkStats& stats) const;
    std::vector<SlotScore> FilteredWalk(const PreparedQuery& q, size_t beam, const SlotSet& allowed,
                                        size_t budget, WalkStats& stats) const;
    std::vector<SlotScore> Scan(const PreparedQuery& q, size_t keep, const SlotSet& allowed,
                                WalkStats& stats) const;
    size_t WalkCost(size_t beam) const;

    HnswOptions options_;
    MappedFile file_;  // where rows_ may lie
    VectorRows rows_;
    std::vector<uint32_t> lowest_;
    std::vector<uint32_t> upper_;     // links on the layers from 1 on
    std::vector<uint32_t> upper_at_;  // where a slot's begin
    std::vector<uint8_t> layers_;     // a node's highest layer
    SlotSet live_;
    size_t live_count_ = 0;
    Slot entry_ = 0;  // a node on the highest layer
};

}  // namespace argosy::retrieval
