#include "engine/scheduler/logits_scan.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/scheduler/logits_scan.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>
// After highway.h:
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace argosy::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Comparison instead of Max, whose answer for NaN depends on the order of its operands.
template <class V>
V Greater(V value, V best) {
    return hn::IfThenElse(hn::Gt(value, best), value, best);
}

float BlockMax(const float* x, size_t count) {
    const hn::ScalableTag<float> d;
    const size_t lanes = hn::Lanes(d);
    const float lowest = -std::numeric_limits<float>::infinity();
    auto a = hn::Set(d, lowest);
    auto b = a;
    size_t i = 0;
    for (; i + 2 * lanes <= count; i += 2 * lanes) {
        a = Greater(hn::LoadU(d, x + i), a);
        b = Greater(hn::LoadU(d, x + i + lanes), b);
    }
    float best = hn::GetLane(hn::MaxOfLanes(d, Greater(a, b)));
    for (; i < count; ++i) best = x[i] > best ? x[i] : best;
    return best;
}

float BlockMaximaKernel(const float* row, size_t columns, float* maxima) {
    float best = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < columns; i += kScanBlock) {
        float block = BlockMax(row + i, std::min(kScanBlock, columns - i));
        *maxima++ = block;
        best = std::max(best, block);
    }
    return best;
}

float BlockExpSum(const float* x, size_t count, float shift, float scale) {
    const hn::ScalableTag<float> d;
    const size_t lanes = hn::Lanes(d);
    const auto minus = hn::Set(d, shift);
    const auto times = hn::Set(d, scale);
    auto a = hn::Zero(d);
    auto b = hn::Zero(d);
    size_t i = 0;
    for (; i + 2 * lanes <= count; i += 2 * lanes) {
        a = hn::Add(a, hn::Exp(d, hn::Mul(hn::Sub(hn::LoadU(d, x + i), minus), times)));
        b = hn::Add(b, hn::Exp(d, hn::Mul(hn::Sub(hn::LoadU(d, x + i + lanes), minus), times)));
    }
    float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
    if (i == count) return sum;
    // The rest in one padded vector, so that all columns go through the same Exp.
    HWY_ALIGN float tail[2 * HWY_MAX_BYTES / sizeof(float)];
    std::fill(std::begin(tail), std::end(tail), -std::numeric_limits<float>::infinity());
    std::copy(x + i, x + count, tail);
    for (size_t j = 0; j < count - i; j += lanes) {
        auto e = hn::Exp(d, hn::Mul(hn::Sub(hn::Load(d, tail + j), minus), times));
        sum += hn::GetLane(hn::SumOfLanes(d, e));
    }
    return sum;
}

double BlockExpSumsKernel(const float* row, size_t columns, const float* maxima, float shift,
                          float scale, float* sums) {
    double total = 0;
    for (size_t i = 0; i < columns; i += kScanBlock, ++maxima, ++sums) {
        bool small = !((*maxima - shift) * scale > -30.0F);
        *sums =
            small ? 0.0F : BlockExpSum(row + i, std::min(kScanBlock, columns - i), shift, scale);
        total += *sums;
    }
    return total;
}

}  // namespace argosy::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace argosy {

HWY_EXPORT(BlockMaximaKernel);
HWY_EXPORT(BlockExpSumsKernel);

float BlockMaxima(std::span<const float> row, std::span<float> maxima) {
    return HWY_DYNAMIC_DISPATCH(BlockMaximaKernel)(row.data(), row.size(), maxima.data());
}

double BlockExpSums(std::span<const float> row, std::span<const float> maxima, float shift,
                    float scale, std::span<float> sums) {
    return HWY_DYNAMIC_DISPATCH(BlockExpSumsKernel)(row.data(), row.size(), maxima.data(), shift,
                                                    scale, sums.data());
}

void KeepMasked(std::span<float> row, std::span<const uint32_t> allowed) {
    const float never = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < row.size(); i += 32) {
        uint32_t word = i / 32 < allowed.size() ? allowed[i / 32] : 0;
        if (word == ~uint32_t{0}) continue;
        size_t count = std::min<size_t>(32, row.size() - i);
        if (word == 0) {
            std::fill_n(row.data() + i, count, never);
            continue;
        }
        for (size_t bit = 0; bit < count; ++bit) {
            row[i + bit] = (word >> bit & 1) != 0 ? row[i + bit] : never;
        }
    }
}

}  // namespace argosy
#endif  // HWY_ONCE
