// Rows of the KV cache to and from floats, and the transposition of several. Included once
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

/// Eight (or, on smaller vectors, four) elements of a row as floats.
using KvFloats = hwy::HWY_NAMESPACE::CappedTag<float, 8>;
using KvVector = hwy::HWY_NAMESPACE::Vec<KvFloats>;

HWY_INLINE float Q8Scale(const std::byte* block) {
    uint16_t bits;
    std::memcpy(&bits, block, sizeof(bits));
    return HalfToFloat(bits);
}

/// Elements [i, i + lanes) of a stored row.
template <KvType kType>
HWY_INLINE KvVector LoadKv(const std::byte* row, int i) {
    namespace hn = hwy::HWY_NAMESPACE;
    const KvFloats d;
    if constexpr (kType == KvType::kF32) {
        return hn::LoadU(d, reinterpret_cast<const float*>(row) + i);
    } else if constexpr (kType == KvType::kF16) {
        const hn::Rebind<hwy::float16_t, KvFloats> half;
        return hn::PromoteTo(d, hn::LoadU(half, reinterpret_cast<const hwy::float16_t*>(row) + i));
    } else {
        const hn::Rebind<int32_t, KvFloats> i32;
        const hn::Rebind<int8_t, KvFloats> i8;
        const std::byte* block = row + static_cast<size_t>(i / kQ8Block) * kQ8BlockBytes;
        const auto* quants = reinterpret_cast<const int8_t*>(block + 2) + i % kQ8Block;
        const auto q = hn::ConvertTo(d, hn::PromoteTo(i32, hn::LoadU(i8, quants)));
        return hn::Mul(q, hn::Set(d, Q8Scale(block)));
    }
}

template <KvType kType>
HWY_INLINE void LoadRow(const std::byte* from, int n, float* to) {
    namespace hn = hwy::HWY_NAMESPACE;
    const KvFloats d;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int i = 0; i < n; i += lanes) hn::StoreU(LoadKv<kType>(from, i), d, to + i);
}

HWY_INLINE void LoadKvRow(KvType type, const std::byte* from, int n, float* to) {
    switch (type) {
        case KvType::kF32:
            return LoadRow<KvType::kF32>(from, n, to);
        case KvType::kF16:
            return LoadRow<KvType::kF16>(from, n, to);
        case KvType::kQ8_0:
            return LoadRow<KvType::kQ8_0>(from, n, to);
    }
}

/// to[j][0..lanes) = element i + j of rows[0..lanes), for j < lanes; `to` rows `ldt` floats apart.
template <KvType kType>
HWY_INLINE void TransposeSquare(const std::byte* const* rows, int i, float* to, int ldt) {
    namespace hn = hwy::HWY_NAMESPACE;
    const KvFloats d;
    const hn::RepartitionToWide<KvFloats> wide;
    constexpr int kLanes = static_cast<int>(HWY_MIN(HWY_MAX_BYTES / sizeof(float), 8));
    constexpr int kQuads = kLanes / 4;
    // Squares of 4 x 4 within each 128 bits; quad[q][j] has element j of rows 4q .. 4q + 3 in its
    // low half and element 4 + j in its high half.
    KvVector quad[kQuads][4];
    for (int q = 0; q < kQuads; ++q) {
        const auto r0 = LoadKv<kType>(rows[4 * q], i), r1 = LoadKv<kType>(rows[4 * q + 1], i);
        const auto r2 = LoadKv<kType>(rows[4 * q + 2], i), r3 = LoadKv<kType>(rows[4 * q + 3], i);
        const auto a = hn::BitCast(wide, hn::InterleaveLower(d, r0, r1));
        const auto b = hn::BitCast(wide, hn::InterleaveLower(d, r2, r3));
        const auto c = hn::BitCast(wide, hn::InterleaveUpper(d, r0, r1));
        const auto e = hn::BitCast(wide, hn::InterleaveUpper(d, r2, r3));
        quad[q][0] = hn::BitCast(d, hn::InterleaveLower(wide, a, b));
        quad[q][1] = hn::BitCast(d, hn::InterleaveUpper(wide, a, b));
        quad[q][2] = hn::BitCast(d, hn::InterleaveLower(wide, c, e));
        quad[q][3] = hn::BitCast(d, hn::InterleaveUpper(wide, c, e));
    }
    for (int j = 0; j < 4; ++j) {
        if constexpr (kQuads == 1) {
            hn::StoreU(quad[0][j], d, to + j * ldt);
        } else {
            const auto low = hn::ConcatLowerLower(d, quad[kQuads - 1][j], quad[0][j]);
            const auto high = hn::ConcatUpperUpper(d, quad[kQuads - 1][j], quad[0][j]);
            hn::StoreU(low, d, to + j * ldt);
            hn::StoreU(high, d, to + (j + 4) * ldt);
        }
    }
}

template <KvType kType>
HWY_INLINE void TransposeRows(const std::byte* const* rows, int n, float* to, int ldt) {
    const int lanes = static_cast<int>(hwy::HWY_NAMESPACE::Lanes(KvFloats()));
    for (int i = 0; i < n; i += lanes) {
        for (int k = 0; k < 8; k += lanes) {
            TransposeSquare<kType>(rows + k, i, to + i * ldt + k, ldt);
        }
    }
}

/// to[i][0..8) = element i of the stored rows[0..8), i < n; n a multiple of 8, rows of `to` `ldt`
/// floats apart.
HWY_INLINE void TransposeKvRows(KvType type, const std::byte* const* rows, int n, float* to,
                                int ldt) {
    switch (type) {
        case KvType::kF32:
            return TransposeRows<KvType::kF32>(rows, n, to, ldt);
        case KvType::kF16:
            return TransposeRows<KvType::kF16>(rows, n, to, ldt);
        case KvType::kQ8_0:
            return TransposeRows<KvType::kQ8_0>(rows, n, to, ldt);
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace argosy
HWY_AFTER_NAMESPACE();
#endif
