#include "retrieval/index/vector_rows.h"

#include <sys/mman.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

namespace argosy::retrieval {

namespace {

// Huge pages' size: a walk touches rows all over, and would miss the TLB at each with small ones.
constexpr size_t kHugePage = size_t{2} << 20;

float SquaredLength(std::span<const float> v) {
    double sum = 0;
    for (const float x : v) sum += static_cast<double>(x) * x;
    return static_cast<float>(sum);
}

std::vector<float> Normalized(std::span<const float> v) {
    std::vector<float> unit(v.begin(), v.end());
    const float length = std::sqrt(SquaredLength(v));
    if (length > 0) {
        for (float& x : unit) x /= length;
    }
    return unit;
}

}  // namespace

void VectorRows::Free::operator()(int8_t* p) const { std::free(p); }

VectorRows::VectorRows(size_t dimensions, Metric metric)
    : dimensions_(dimensions),
      padded_(PaddedDimensions(dimensions)),
      metric_(metric),
      dot_(BestDot()) {}

void VectorRows::MakeBlock() {
    // The first block of a small collection should not take 2 MiB pages it does not fill.
    const size_t align = high_.empty() ? 4096 : kHugePage;
    const size_t size = (kBlockRows * padded_ + align - 1) / align * align;
    for (auto* plane : {&high_, &low_}) {
        void* memory = std::aligned_alloc(align, size);
        if (memory == nullptr) throw std::bad_alloc();
        owned_.emplace_back(static_cast<int8_t*>(memory));
        if (plane == &high_ && align == kHugePage) madvise(memory, size, MADV_HUGEPAGE);
        plane->push_back(static_cast<int8_t*>(memory));
    }
}

void VectorRows::Resize(size_t count) {
    while (high_.size() * kBlockRows < count) MakeBlock();
    scales_.resize(count);
    if (metric_ == Metric::kEuclidean) norms_.resize(count);
}

void VectorRows::Set(Slot slot, std::span<const float> vector) {
    auto* high = const_cast<int8_t*>(High(slot));
    auto* low = const_cast<int8_t*>(Low(slot));
    if (metric_ == Metric::kCosine) {
        scales_[slot] = QuantizeRow(Normalized(vector), high, low);
    } else {
        scales_[slot] = QuantizeRow(vector, high, low);
    }
    if (metric_ == Metric::kEuclidean) SetNorm(slot);
}

// Of the row as it is stored, so that a file need not hold it.
void VectorRows::SetNorm(Slot slot) {
    double sum = 0;
    for (size_t i = 0; i < padded_; ++i) {
        const double w = 256.0 * High(slot)[i] + Low(slot)[i];
        sum += w * w;
    }
    norms_[slot] = static_cast<float>(sum * scales_[slot] * scales_[slot]);
}

PreparedQuery VectorRows::Prepare(std::span<const float> question) const {
    if (metric_ == Metric::kCosine) return {QuantizedQuery(Normalized(question)), 0};
    return {QuantizedQuery(question), SquaredLength(question)};
}

PreparedQuery VectorRows::Prepare(Slot slot) const {
    return {QuantizedQuery(High(slot), padded_, scales_[slot]),
            metric_ == Metric::kEuclidean ? norms_[slot] : 0};
}

float VectorRows::Score(const PreparedQuery& q, Slot slot) const {
    const int16_t* w = q.query.w.data();
    const double dot = 256.0 * dot_(w, High(slot), padded_) + dot_(w, Low(slot), padded_);
    const double product = static_cast<double>(q.query.scale) * scales_[slot] * dot;
    if (metric_ != Metric::kEuclidean) return static_cast<float>(product);
    return static_cast<float>(2 * product - norms_[slot] - q.norm);
}

void VectorRows::Adopt(const int8_t* high, const int8_t* low, std::span<const float> scales) {
    const size_t whole = scales.size() / kBlockRows;
    for (size_t block = 0; block < whole; ++block) {
        high_.push_back(const_cast<int8_t*>(high) + block * kBlockRows * padded_);
        low_.push_back(const_cast<int8_t*>(low) + block * kBlockRows * padded_);
    }
    Resize(scales.size());  // the last block takes rows still, and is copied
    std::memcpy(scales_.data(), scales.data(), scales.size_bytes());
    const size_t done = whole * kBlockRows, rest = (scales.size() - done) * padded_;
    if (rest > 0) {
        std::memcpy(high_.back(), high + done * padded_, rest);
        std::memcpy(low_.back(), low + done * padded_, rest);
    }
    if (metric_ != Metric::kEuclidean) return;
    for (Slot slot = 0; slot < scales.size(); ++slot) SetNorm(slot);
}

}  // namespace argosy::retrieval
