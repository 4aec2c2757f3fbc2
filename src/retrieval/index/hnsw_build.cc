#include <algorithm>
#include <mutex>
#include <thread>

#include "retrieval/index/hnsw.h"
#include "retrieval/index/hnsw_walk-inl.h"

namespace argosy::retrieval {

namespace {

/// Held for some hundred nanoseconds, so that waiting by spinning is cheapest.
class SpinLock {
  public:
    void lock() {
        while (flag_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
    }
    void unlock() { flag_.clear(std::memory_order_release); }

  private:
    std::atomic_flag flag_;
};

constexpr size_t kLocks = 4096;

bool Nearer(const SlotScore& a, const SlotScore& b) { return IsBetter(a, b); }
bool Farther(const SlotScore& a, const SlotScore& b) { return IsBetter(b, a); }

}  // namespace

// What one thread needs while it inserts; the locks and the entry are all threads'.
struct Hnsw::Insertion {
    struct Shared {
        std::vector<SpinLock> locks{kLocks};  // of the links of slot % kLocks
        std::mutex entry;
    };
    Shared& shared;
    Visited visited;
    std::vector<uint32_t> neighbours;  // a copy of one node's links
    std::vector<SlotScore> frontier;

    SpinLock& LockOf(Slot slot) { return shared.locks[slot % kLocks]; }
};

void Hnsw::Add(std::span<const float> vectors, size_t threads) {
    const size_t first = size();
    const size_t count = vectors.size() / dimensions();
    if (count == 0) return;
    MakeRoom(first + count);
    for (size_t i = 0; i < count; ++i) {
        rows_.Set(static_cast<Slot>(first + i), vectors.subspan(i * dimensions(), dimensions()));
    }
    Insertion::Shared shared;
    std::atomic<size_t> next = first == 0 ? 1 : first;  // the very first has no one to meet
    const auto work = [&] {
        Insertion mine{shared, {}, {}, {}};
        for (size_t slot = next++; slot < size(); slot = next++) {
            Insert(static_cast<Slot>(slot), mine);
        }
    };
    std::vector<std::thread> others;
    // A thread costs more than a few insertions do.
    for (size_t i = 1; i < std::min(threads, count / 64 + 1); ++i) others.emplace_back(work);
    work();
    for (std::thread& thread : others) thread.join();
}

void Hnsw::Insert(Slot slot, Insertion& work) {
    const size_t layer = layers_[slot];
    std::unique_lock lock(work.shared.entry);
    const Slot entry = entry_;
    const size_t top = layers_[entry];
    // A new highest node keeps the others from entering before it is linked.
    if (layer <= top) lock.unlock();
    const PreparedQuery q = rows_.Prepare(slot);
    SlotScore nearest{entry, rows_.Near(q, entry)};
    for (size_t at = top; at > layer; --at) {
        for (bool moved = true; moved;) {
            moved = false;
            {
                const std::lock_guard guard(work.LockOf(nearest.slot));
                const uint32_t* links = Links(nearest.slot, at);
                work.neighbours.assign(links + 1, links + 1 + links[0]);
            }
            for (const Slot other : work.neighbours) {
                const SlotScore scored{other, rows_.Near(q, other)};
                if (!IsBetter(scored, nearest)) continue;
                nearest = scored;
                moved = true;
            }
        }
    }
    for (size_t at = std::min(layer, top) + 1; at-- > 0;) {
        auto candidates = BuildWalk(q, nearest, at, work);
        std::erase_if(candidates, [&](const SlotScore& c) { return c.slot == slot; });
        if (candidates.empty()) continue;
        nearest = candidates.front();
        Connect(slot, at, candidates, work);
    }
    if (layer > top) entry_ = slot;
}

// The build beam's nearest nodes on a layer, best first.
std::vector<SlotScore> Hnsw::BuildWalk(const PreparedQuery& q, SlotScore start, size_t layer,
                                       Insertion& work) const {
    std::vector<SlotScore> found{start};  // a heap with the farthest in front
    auto& frontier = work.frontier;       // a heap with the nearest in front
    frontier.assign(1, start);
    work.visited.Reset(size());
    work.visited.Mark(start.slot);
    while (!frontier.empty()) {
        std::ranges::pop_heap(frontier, Farther);
        const SlotScore at = frontier.back();
        frontier.pop_back();
        if (found.size() >= options_.build_beam && IsBetter(found.front(), at)) break;
        {
            const std::lock_guard guard(work.LockOf(at.slot));
            const uint32_t* links = Links(at.slot, layer);
            work.neighbours.assign(links + 1, links + 1 + links[0]);
        }
        std::erase_if(work.neighbours, [&](Slot slot) { return !work.visited.Mark(slot); });
        for (const Slot slot : work.neighbours) rows_.Prefetch(slot);
        for (const Slot slot : work.neighbours) {
            const SlotScore scored{slot, rows_.Near(q, slot)};
            if (found.size() >= options_.build_beam && !IsBetter(scored, found.front())) continue;
            frontier.push_back(scored);
            std::ranges::push_heap(frontier, Farther);
            found.push_back(scored);
            std::ranges::push_heap(found, Nearer);
            if (found.size() <= options_.build_beam) continue;
            std::ranges::pop_heap(found, Nearer);
            found.pop_back();
        }
    }
    std::ranges::sort(found, IsBetter);
    return found;
}

// The paper's algorithm 4: a candidate is kept where it is nearer to the node than to every one
// kept, so that the links point into all directions. `candidates` are best first.
void Hnsw::Diverse(std::vector<SlotScore>& candidates, size_t count) const {
    if (candidates.size() <= count) return;
    std::vector<SlotScore> kept;
    kept.reserve(count);
    for (const SlotScore& candidate : candidates) {
        if (kept.size() == count) break;
        const PreparedQuery q = rows_.Prepare(candidate.slot);
        const bool diverse = std::ranges::none_of(kept, [&](const SlotScore& other) {
            return rows_.Near(q, other.slot) > candidate.score;
        });
        if (diverse) kept.push_back(candidate);
    }
    candidates = std::move(kept);
}

void Hnsw::Connect(Slot slot, size_t layer, std::vector<SlotScore>& candidates, Insertion& work) {
    Diverse(candidates, options_.links);
    {
        const std::lock_guard guard(work.LockOf(slot));
        uint32_t* links = Links(slot, layer);
        // Threads that met this node on a higher layer may have linked back to it already.
        for (const SlotScore& candidate : candidates) {
            const bool known =
                std::find(links + 1, links + 1 + links[0], candidate.slot) != links + 1 + links[0];
            if (!known && links[0] < Capacity(layer)) links[++links[0]] = candidate.slot;
        }
    }
    for (const SlotScore& candidate : candidates) {
        ConnectBack(candidate.slot, slot, candidate.score, layer, work);
    }
}

void Hnsw::ConnectBack(Slot from, Slot to, float near, size_t layer, Insertion& work) {
    const std::lock_guard guard(work.LockOf(from));
    uint32_t* links = Links(from, layer);
    if (std::find(links + 1, links + 1 + links[0], to) != links + 1 + links[0]) return;
    if (links[0] < Capacity(layer)) {
        links[++links[0]] = to;
        return;
    }
    const PreparedQuery q = rows_.Prepare(from);
    std::vector<SlotScore> all{{to, near}};
    for (uint32_t i = 1; i <= links[0]; ++i) all.push_back({links[i], rows_.Near(q, links[i])});
    std::ranges::sort(all, IsBetter);
    Diverse(all, Capacity(layer));
    links[0] = static_cast<uint32_t>(all.size());
    for (size_t i = 0; i < all.size(); ++i) links[i + 1] = all[i].slot;
}

}  // namespace argosy::retrieval
