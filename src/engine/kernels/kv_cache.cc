// Writing the KV cache. Numbers too large for the stored type are held at its largest: an infinity
// in V would turn a weight of 0 into NaN.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "engine/kernels/attention.h"
#include "model/half.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/kv_cache.cc"
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif
// clang-format off
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>
// clang-format on

#include "engine/kernels/kv_row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace argosy {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void StoreF16Row(const float* from, int n, std::byte* to) {
    const hn::CappedTag<float, 8> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> half;
    const auto limit = hn::Set(d, 65504.0f);
    auto* out = reinterpret_cast<hwy::float16_t*>(to);
    for (int i = 0; i < n; i += static_cast<int>(hn::Lanes(d))) {
        const auto x = hn::Min(hn::Max(hn::LoadU(d, from + i), hn::Neg(limit)), limit);
        hn::StoreU(hn::DemoteTo(half, x), half, out + i);
    }
}

void StoreQ8Row(const float* from, int n, std::byte* to) {
    const hn::CappedTag<float, 8> d;
    const hn::Rebind<int32_t, decltype(d)> i32;
    const hn::Rebind<int8_t, decltype(d)> i8;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int block = 0; block < n; block += kQ8Block, to += kQ8BlockBytes) {
        auto high = hn::Zero(d);
        for (int i = 0; i < kQ8Block; i += lanes) {
            high = hn::Max(high, hn::Abs(hn::LoadU(d, from + block + i)));
        }
        const uint16_t bits =
            FloatToHalfScale(hn::GetLane(hn::MaxOfLanes(d, high)) * (1.0f / 127.0f));
        std::memcpy(to, &bits, sizeof(bits));
        const float scale = HalfToFloat(bits);  // as it will be read
        const auto inverse = hn::Set(d, scale > 0 ? 1.0f / scale : 0.0f);
        const auto limit = hn::Set(d, 127.0f);
        for (int i = 0; i < kQ8Block; i += lanes) {
            const auto x = hn::Mul(hn::LoadU(d, from + block + i), inverse);
            const auto q = hn::NearestInt(hn::Min(hn::Max(x, hn::Neg(limit)), limit));
            hn::StoreU(hn::DemoteTo(i8, hn::BitCast(i32, q)), i8,
                       reinterpret_cast<int8_t*>(to + 2) + i);
        }
    }
}

void StoreKvRowImpl(KvType type, const float* from, int n, std::byte* to) {
    switch (type) {
        case KvType::kF32:
            std::memcpy(to, from, static_cast<size_t>(n) * sizeof(float));
            return;
        case KvType::kF16:
            return StoreF16Row(from, n, to);
        case KvType::kQ8_0:
            return StoreQ8Row(from, n, to);
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace argosy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace argosy {

HWY_EXPORT(StoreKvRowImpl);

size_t KvRowBytes(KvType type, int head_dim) {
    const auto n = static_cast<size_t>(head_dim);
    switch (type) {
        case KvType::kF32:
            return n * sizeof(float);
        case KvType::kF16:
            return n * sizeof(uint16_t);
        case KvType::kQ8_0:
            return n / 32 * 34;
    }
    return 0;
}

void StoreKv(ThreadPool& pool, const KvLayer& layer, std::span<const AttentionSequence> sequences,
             const float* k, int64_t ldk, const float* v, int64_t ldv) {
    ARGOSY_CHECK(layer.head_dim % (layer.type == KvType::kQ8_0 ? 32 : 8) == 0);
    constexpr int kRowsPerTask = 32;
    int rows = 0;
    for (const AttentionSequence& s : sequences) rows += s.rows;
    const size_t bytes = KvRowBytes(layer.type, layer.head_dim);
    const auto heads = static_cast<size_t>(layer.kv_heads);

    pool.Run((rows + kRowsPerTask - 1) / kRowsPerTask, [&](int task, int) {
        const int begin = task * kRowsPerTask, end = std::min(rows, begin + kRowsPerTask);
        int first = 0;  // row of the batch that the sequence begins with
        for (const AttentionSequence& s : sequences) {
            for (int row = std::max(first, begin); row < std::min(first + s.rows, end); ++row) {
                const int position = s.position + row - first;
                const auto block = static_cast<size_t>(position / layer.block_tokens);
                const size_t slot =
                    static_cast<size_t>(s.blocks[block]) * static_cast<size_t>(layer.block_tokens) +
                    static_cast<size_t>(position % layer.block_tokens);
                const size_t at = slot * heads * bytes;
                for (size_t h = 0; h < heads; ++h) {
                    const int64_t column = static_cast<int64_t>(h) * layer.head_dim;
                    HWY_DYNAMIC_DISPATCH(StoreKvRowImpl)
                    (layer.type, k + row * ldk + column, layer.head_dim, layer.k + at + h * bytes);
                    HWY_DYNAMIC_DISPATCH(StoreKvRowImpl)
                    (layer.type, v + row * ldv + column, layer.head_dim, layer.v + at + h * bytes);
                }
            }
            first += s.rows;
            if (first >= end) break;
        }
    });
}

}  // namespace argosy
#endif  // HWY_ONCE
