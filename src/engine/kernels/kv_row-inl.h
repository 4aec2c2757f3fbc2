// Rows of the KV cache to and from floats, and the transposition of eight of them. Included once
// for each instruction set.
#if defined(ARGOSY_KV_ROW_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef ARGOSY_KV_ROW_INL_H
#undef ARGOSY_KV_ROW_INL_H
#else
#define ARGOSY_KV_ROW_INL_H
#endif

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/kernels/attention.h"
#include "model/half.h"

HWY_BEFORE_NAMESPACE();
namespace argosy {
namespace HWY_NAMESPACE {

inline constexpr int kQ8Block = 32;
inline constexpr size_t kQ8BlockBytes = 2 + kQ8Block;

HWY_INLINE void LoadF32Row(const std::byte* from, int n, float* to) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(float));
}

HWY_INLINE void LoadF16Row(const std::byte* from, int n, float* to) {
    namespace hn = hwy::HWY_NAMESPACE;
    const hn::CappedTag<float, 8> d;
    const hn::Rebind<hwy::float16_t, decltype(d)> half;
    const auto* in = reinterpret_cast<const hwy::float16_t*>(from);
    for (int i = 0; i < n; i += static_cast<int>(hn::Lanes(d))) {
        hn::StoreU(hn::PromoteTo(d, hn::LoadU(half, in + i)), d, to + i);
    }
}

HWY_INLINE void LoadQ8Row(const std::byte* from, int n, float* to) {
    namespace hn = hwy::HWY_NAMESPACE;
    const hn::CappedTag<float, 8> d;
    const hn::Rebind<int32_t, decltype(d)> i32;
    const hn::Rebind<int8_t, decltype(d)> i8;
    for (int block = 0; block < n; block += kQ8Block, from += kQ8BlockBytes) {
        uint16_t bits;
        std::memcpy(&bits, from, sizeof(bits));
        const auto scale = hn::Set(d, HalfToFloat(bits));
        const auto* in = reinterpret_cast<const int8_t*>(from + 2);
        for (int i = 0; i < kQ8Block; i += static_cast<int>(hn::Lanes(d))) {
            const auto q = hn::PromoteTo(i32, hn::LoadU(i8, in + i));
            hn::StoreU(hn::Mul(hn::ConvertTo(d, q), scale), d, to + block + i);
        }
    }
}

HWY_INLINE void LoadKvRow(KvType type, const std::byte* from, int n, float* to) {
    switch (type) {
        case KvType::kF32:
            return LoadF32Row(from, n, to);
        case KvType::kF16:
            return LoadF16Row(from, n, to);
        case KvType::kQ8_0:
            return LoadQ8Row(from, n, to);
    }
}

/// to[i][0..8) = rows[0..8)[i], i < dim; dim a multiple of 8, `to` rows `ldt` floats apart. In
/// squares of 4 x 4 within 128 bits, two at a time where a vector holds them.
HWY_INLINE void TransposeRows(const float* rows, int dim, float* to, int ldt) {
    namespace hn = hwy::HWY_NAMESPACE;
    const hn::CappedTag<float, 4> quad;
    const hn::RepartitionToWide<decltype(quad)> wide;
    for (int i = 0; i < dim; i += 4) {
        for (int k = 0; k < 8; k += 4) {
            const float* from = rows + k * dim + i;
            const auto r0 = hn::LoadU(quad, from), r1 = hn::LoadU(quad, from + dim);
            const auto r2 = hn::LoadU(quad, from + 2 * dim), r3 = hn::LoadU(quad, from + 3 * dim);
            const auto a = hn::BitCast(wide, hn::InterleaveLower(quad, r0, r1));
            const auto b = hn::BitCast(wide, hn::InterleaveLower(quad, r2, r3));
            const auto c = hn::BitCast(wide, hn::InterleaveUpper(quad, r0, r1));
            const auto e = hn::BitCast(wide, hn::InterleaveUpper(quad, r2, r3));
            float* out = to + i * ldt + k;
            hn::StoreU(hn::BitCast(quad, hn::InterleaveLower(wide, a, b)), quad, out);
            hn::StoreU(hn::BitCast(quad, hn::InterleaveUpper(wide, a, b)), quad, out + ldt);
            hn::StoreU(hn::BitCast(quad, hn::InterleaveLower(wide, c, e)), quad, out + 2 * ldt);
            hn::StoreU(hn::BitCast(quad, hn::InterleaveUpper(wide, c, e)), quad, out + 3 * ldt);
        }
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace argosy
HWY_AFTER_NAMESPACE();
#endif
