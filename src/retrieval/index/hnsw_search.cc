#include <algorithm>
#include <cmath>

#include "retrieval/index/hnsw.h"
#include "retrieval/index/hnsw_walk-inl.h"

namespace argosy::retrieval {

namespace {

// What a scan by the high bytes keeps for the scores in full precision: where many rows are nearly
// equally far, 8 bits put them in another order.
size_t Kept(size_t limit) { return 8 * limit + 128; }

/// The best `capacity` seen, in order, each with whether it was expanded: for the beams of searches
/// an insertion into a sorted array is faster than two heaps.
class Beam {
  public:
    explicit Beam(size_t capacity) : capacity_(capacity) { entries_.reserve(capacity + 1); }

    bool Takes(float score) const {
        return entries_.size() < capacity_ || score > entries_.back().hit.score;
    }
    void Put(SlotScore hit) {
        const auto at = std::ranges::upper_bound(entries_, hit, IsBetter, &Entry::hit);
        const auto index = static_cast<size_t>(at - entries_.begin());
        if (entries_.size() == capacity_) entries_.pop_back();
        entries_.insert(entries_.begin() + static_cast<ptrdiff_t>(index), {hit, false});
        next_ = std::min(next_, index);
    }
    /// The best that was not expanded yet; null where all are.
    const SlotScore* Next() {
        while (next_ < entries_.size() && entries_[next_].expanded) ++next_;
        if (next_ == entries_.size()) return nullptr;
        entries_[next_].expanded = true;
        return &entries_[next_].hit;
    }
    std::vector<SlotScore> Hits() const {
        std::vector<SlotScore> hits;
        for (const Entry& entry : entries_) hits.push_back(entry.hit);
        return hits;
    }

  private:
    struct Entry {
        SlotScore hit;
        bool expanded;
    };
    size_t capacity_;
    size_t next_ = 0;
    std::vector<Entry> entries_;
};

/// The best `capacity` of what is put, in a heap with the worst in front.
class Best {
  public:
    explicit Best(size_t capacity) : capacity_(capacity) { hits_.reserve(capacity + 1); }

    bool full() const { return hits_.size() == capacity_; }
    const SlotScore& worst() const { return hits_.front(); }
    void Put(SlotScore hit) {
        if (full() && !IsBetter(hit, worst())) return;
        hits_.push_back(hit);
        std::ranges::push_heap(hits_, IsBetter);
        if (hits_.size() <= capacity_) return;
        std::ranges::pop_heap(hits_, IsBetter);
        hits_.pop_back();
    }
    std::vector<SlotScore> Sorted() && {
        std::ranges::sort(hits_, IsBetter);
        return std::move(hits_);
    }

  private:
    size_t capacity_;
    std::vector<SlotScore> hits_;
};

// Of candidates with scores by the high bytes, the best in full precision. One is passed over where
// it would have to gain more than four standard deviations of what low bytes add.
std::vector<SlotScore> Rescored(const VectorRows& rows, const PreparedQuery& q,
                                std::span<const SlotScore> candidates, size_t limit) {
    double squares = 0;
    for (const int16_t w : q.query.w) squares += static_cast<double>(w) * w;
    constexpr double kLowByteDeviation = 74;  // of numbers spread evenly over [-128, 127]
    const double sides = rows.metric() == Metric::kEuclidean ? 2 : 1;
    const double reach = 4 * sides * kLowByteDeviation * q.query.scale * std::sqrt(squares);
    Best best(limit);
    for (const SlotScore& candidate : candidates) {
        const double most = candidate.score + reach * rows.scales()[candidate.slot];
        if (best.full() && most < best.worst().score) continue;
        best.Put({candidate.slot, rows.Score(q, candidate.slot)});
    }
    return std::move(best).Sorted();
}

// Worse first, for a heap with the best in front.
bool Worse(const SlotScore& a, const SlotScore& b) { return IsBetter(b, a); }

}  // namespace

SlotScore Hnsw::Descend(const PreparedQuery& q, size_t to_layer, WalkStats& stats) const {
    SlotScore nearest{entry_, rows_.Near(q, entry_)};
    for (size_t layer = layers_[entry_]; layer > to_layer; --layer) {
        for (bool moved = true; moved;) {
            moved = false;
            const uint32_t* links = Links(nearest.slot, layer);
            for (uint32_t i = 1; i <= links[0]; ++i) rows_.Prefetch(links[i]);
            stats.compared += links[0];
            for (uint32_t i = 1; i <= links[0]; ++i) {
                const SlotScore scored{links[i], rows_.Near(q, links[i])};
                if (!IsBetter(scored, nearest)) continue;
                nearest = scored;
                moved = true;
            }
        }
    }
    return nearest;
}

std::vector<SlotScore> Hnsw::Walk(const PreparedQuery& q, size_t beam, WalkStats& stats) const {
    thread_local Visited visited;
    visited.Reset(size());
    Beam found(beam);
    const SlotScore start = Descend(q, 0, stats);
    visited.Mark(start.slot);
    found.Put(start);
    Slot fresh[256];
    while (const SlotScore* at = found.Next()) {
        const uint32_t* links = Links(at->slot, 0);
        size_t count = 0;
        for (uint32_t i = 1; i <= links[0]; ++i) {
            if (visited.Mark(links[i])) fresh[count++] = links[i];
        }
        for (size_t i = 0; i < std::min<size_t>(count, 4); ++i) rows_.Prefetch(fresh[i]);
        stats.compared += count;
        for (size_t i = 0; i < count; ++i) {
            if (i + 4 < count) rows_.Prefetch(fresh[i + 4]);
            const float near = rows_.Near(q, fresh[i]);
            if (!found.Takes(near)) continue;
            __builtin_prefetch(Links(fresh[i], 0));
            found.Put({fresh[i], near});
        }
    }
    return found.Hits();
}

// Passes through nodes that are not allowed but keeps only allowed ones, until the beam is full of
// them and nothing nearer is left; stops without an answer after `budget` comparisons.
std::vector<SlotScore> Hnsw::FilteredWalk(const PreparedQuery& q, size_t beam,
                                          const SlotSet& allowed, size_t budget,
                                          WalkStats& stats) const {
    thread_local Visited visited;
    visited.Reset(size());
    Best found(beam);
    std::vector<SlotScore> frontier{Descend(q, 0, stats)};
    visited.Mark(frontier[0].slot);
    if (allowed.Has(frontier[0].slot)) found.Put(frontier[0]);
    while (!frontier.empty()) {
        std::ranges::pop_heap(frontier, Worse);
        const SlotScore at = frontier.back();
        frontier.pop_back();
        if (found.full() && IsBetter(found.worst(), at)) break;
        const uint32_t* links = Links(at.slot, 0);
        for (uint32_t i = 1; i <= links[0]; ++i) rows_.Prefetch(links[i]);
        for (uint32_t i = 1; i <= links[0]; ++i) {
            if (!visited.Mark(links[i])) continue;
            ++stats.compared;
            const SlotScore scored{links[i], rows_.Near(q, links[i])};
            if (found.full() && !IsBetter(scored, found.worst())) continue;
            frontier.push_back(scored);
            std::ranges::push_heap(frontier, Worse);
            if (allowed.Has(scored.slot)) found.Put(scored);
        }
        if (stats.compared > budget) return {};
    }
    return std::move(found).Sorted();
}

std::vector<SlotScore> Hnsw::Scan(const PreparedQuery& q, size_t keep, const SlotSet& allowed,
                                  WalkStats& stats) const {
    Best found(keep);
    stats.exact = true;
    constexpr size_t kAhead = 8;  // rows between a prefetch and its use
    Slot waiting[kAhead] = {};
    size_t seen = 0;
    const auto compare = [&](Slot slot) { found.Put({slot, rows_.Near(q, slot)}); };
    allowed.ForEach([&](Slot slot) {
        rows_.Prefetch(slot);
        if (seen >= kAhead) compare(waiting[seen % kAhead]);
        waiting[seen++ % kAhead] = slot;
    });
    for (size_t i = seen >= kAhead ? seen - kAhead : 0; i < seen; ++i) compare(waiting[i % kAhead]);
    stats.compared += seen;
    return std::move(found).Sorted();
}

// Comparisons of a walk without a filter, as an estimate: each of the beam's nodes brings all its
// links. Not measured yet; too high a guess only makes more searches exact.
size_t Hnsw::WalkCost(size_t beam) const { return 2 * beam * options_.links; }

std::vector<SlotScore> Hnsw::Search(std::span<const float> question, size_t limit, size_t beam,
                                    const SlotSet* allowed, WalkStats* stats) const {
    WalkStats ignored;
    WalkStats& walk = stats != nullptr ? *stats : ignored;
    walk = {};
    if (limit == 0 || live_count_ == 0) return {};
    const PreparedQuery q = rows_.Prepare(question);
    beam = std::max(beam, limit);
    const bool filtered = allowed != nullptr || live_count_ < size();
    SlotSet matches;
    if (filtered) {
        matches = live_;
        if (allowed != nullptr) matches &= *allowed;
    }
    const size_t count = filtered ? matches.Count() : size();
    if (count == 0) return {};
    // Of nodes that a filter lets pass one in size / count, a walk sees as many times more.
    const size_t cost = WalkCost(beam) * size() / count;
    std::vector<SlotScore> found;
    if (!filtered && size() > cost) {
        found = Walk(q, beam, walk);
    } else if (filtered && count > 2 * cost) {
        // Twice as wide: what the filter takes out are often the very nodes that lead to the rest.
        found = FilteredWalk(q, 2 * beam, matches, count, walk);
    }
    if (found.size() < std::min(limit, count)) {
        if (!filtered) matches = SlotSet(size(), true);
        found = Scan(q, Kept(limit), matches, walk);
    }
    return Rescored(rows_, q, found, limit);
}

}  // namespace argosy::retrieval
