#include "retrieval/index/quantized_dot.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "retrieval/index/quantized_dot.cc"
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif
// clang-format off
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace argosy::retrieval {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Lanes divide the padding, so that there is no tail. Two sums hide the additions' latency.
int32_t Dot(const int16_t* HWY_RESTRICT w, const int8_t* HWY_RESTRICT row, size_t padded) {
    const hn::CappedTag<int16_t, 32> d16;
    const hn::Rebind<int8_t, decltype(d16)> d8;
    const hn::Repartition<int32_t, decltype(d16)> d32;
    const size_t lanes = hn::Lanes(d16);
    auto sum0 = hn::Zero(d32), sum1 = hn::Zero(d32), odd0 = hn::Zero(d32), odd1 = hn::Zero(d32);
    for (size_t i = 0; i < padded; i += 2 * lanes) {
        const auto a = hn::PromoteTo(d16, hn::LoadU(d8, row + i));
        const auto b = hn::PromoteTo(d16, hn::LoadU(d8, row + i + lanes));
        sum0 = hn::ReorderWidenMulAccumulate(d32, a, hn::LoadU(d16, w + i), sum0, odd0);
        sum1 = hn::ReorderWidenMulAccumulate(d32, b, hn::LoadU(d16, w + i + lanes), sum1, odd1);
    }
    const auto sum = hn::Add(hn::Add(sum0, sum1), hn::Add(odd0, odd1));
    return hn::GetLane(hn::SumOfLanes(d32, sum));
}

}  // namespace HWY_NAMESPACE
}  // namespace argosy::retrieval
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace argosy::retrieval {

HWY_EXPORT(Dot);

namespace {

float MaxAbs(std::span<const float> v) {
    float max = 0;
    for (const float x : v) max = std::max(max, std::abs(x));
    return max;
}

}  // namespace

DotFunction BestDot() {
    // The first call through the table chooses, and fills the table for the second look.
    const int16_t zeros16[64] = {};
    const int8_t zeros8[64] = {};
    (void)HWY_DYNAMIC_DISPATCH(Dot)(zeros16, zeros8, 64);
    return HWY_DYNAMIC_DISPATCH(Dot);
}

float QuantizeRow(std::span<const float> v, int8_t* high, int8_t* low) {
    // 32512 = 127 * 256, so that rounding to the nearest high byte stays within 127.
    const float scale = MaxAbs(v) / 32512.0F;
    const float inverse = scale > 0 ? 1 / scale : 0;
    const size_t padded = PaddedDimensions(v.size());
    for (size_t i = 0; i < padded; ++i) {
        const int w = i < v.size() ? static_cast<int>(std::lround(v[i] * inverse)) : 0;
        // In [-128, 127] as a low byte, with the high one rounded to match.
        const int h = (w + 128) >> 8;
        high[i] = static_cast<int8_t>(h);
        low[i] = static_cast<int8_t>(w - h * 256);
    }
    return scale;
}

QuantizedQuery::QuantizedQuery(std::span<const float> q) : w(PaddedDimensions(q.size())) {
    double sum = 0;
    for (const float x : q) sum += std::abs(x);
    if (sum == 0) return;
    // |sum of w row| <= 128 sum|w| must stay below 2^31; rounding adds at most half a unit each.
    const double room = 16777215.0 - static_cast<double>(q.size());
    const double inverse = std::min(32767.0 / MaxAbs(q), room / sum);
    for (size_t i = 0; i < q.size(); ++i) {
        w[i] = static_cast<int16_t>(std::lround(q[i] * inverse));
    }
    scale = static_cast<float>(1 / inverse);
}

QuantizedQuery::QuantizedQuery(const int8_t* high, size_t padded, float row_scale)
    : w(high, high + padded), scale(row_scale * 256) {}

}  // namespace argosy::retrieval
#endif  // HWY_ONCE
