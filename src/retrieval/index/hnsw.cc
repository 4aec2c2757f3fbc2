#include "retrieval/index/hnsw.h"

#include <algorithm>
#include <cmath>

namespace argosy::retrieval {

namespace {

// splitmix64 (Steele, Lea and Flood, 2014): a slot's layer depends on its number alone, so that a
// graph built by one thread is the same each time.
uint64_t Mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

}  // namespace

Hnsw::Hnsw(size_t dimensions, Metric metric, HnswOptions options)
    : options_(options), rows_(dimensions, metric) {}

size_t Hnsw::LayerOf(Slot slot) const {
    const double uniform =
        (static_cast<double>(Mix(options_.seed ^ Mix(slot)) >> 11) + 1) / 9007199254740992.0;
    const double layer = -std::log(uniform) / std::log(static_cast<double>(options_.links));
    return std::min(static_cast<size_t>(layer), kMaxLayer);
}

void Hnsw::MakeRoom(size_t count) {
    const size_t old = size();
    const size_t node = 2 * options_.links + 1;
    // By half more, so that many small additions do not copy the graph each time.
    if (count * node > lowest_.capacity()) lowest_.reserve((count + count / 2) * node);
    lowest_.resize(count * node);
    rows_.Resize(count);
    live_.Resize(count, true);
    live_count_ += count - old;
    for (size_t slot = old; slot < count; ++slot) {
        const size_t layer = LayerOf(static_cast<Slot>(slot));
        layers_.push_back(static_cast<uint8_t>(layer));
        upper_at_.push_back(static_cast<uint32_t>(upper_.size()));
        upper_.resize(upper_.size() + layer * (options_.links + 1));
    }
}

void Hnsw::Remove(Slot slot) {
    if (!live_.Has(slot)) return;
    live_.Remove(slot);
    --live_count_;
}

float Hnsw::Score(std::span<const float> question, Slot slot) const {
    return rows_.Score(rows_.Prepare(question), slot);
}

size_t Hnsw::bytes() const {
    return rows_.bytes() + (lowest_.size() + upper_.size() + upper_at_.size()) * sizeof(uint32_t) +
           layers_.size() + size() / 8;
}

}  // namespace argosy::retrieval
