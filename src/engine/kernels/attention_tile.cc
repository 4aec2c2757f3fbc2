#include "engine/kernels/attention_tile.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/attention_tile.cc"
// Vectors of unknown size cannot be kept in arrays; every CPU with them has NEON too, or is rare.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif
// clang-format off
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>
// clang-format on

#include "engine/kernels/kv_row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace argosy {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr D kF;
/// The maximum before any key: finite, so that differences are never NaN.
constexpr float kNothing = std::numeric_limits<float>::lowest();

/// c[R][C vectors] (+)= a[R][k] * b[k][C vectors].
template <int R, int C>
HWY_INLINE void MultiplyPanel(const float* HWY_RESTRICT a, int lda, const float* HWY_RESTRICT b,
                              int ldb, int k, float* HWY_RESTRICT c, int ldc, bool add) {
    const size_t lanes = hn::Lanes(kF);
    V sum[R][C];
    for (int r = 0; r < R; ++r) {
        for (int j = 0; j < C; ++j) {
            const float* from = c + r * ldc + static_cast<size_t>(j) * lanes;
            sum[r][j] = add ? hn::LoadU(kF, from) : hn::Zero(kF);
        }
    }
    for (int i = 0; i < k; ++i) {
        V row[C];
        for (int j = 0; j < C; ++j) row[j] = hn::Load(kF, b + static_cast<size_t>(j) * lanes);
        for (int r = 0; r < R; ++r) {
            const V x = hn::Set(kF, a[r * lda + i]);
            for (int j = 0; j < C; ++j) sum[r][j] = hn::MulAdd(x, row[j], sum[r][j]);
        }
        b += ldb;
    }
    for (int r = 0; r < R; ++r) {
        for (int j = 0; j < C; ++j) {
            hn::StoreU(sum[r][j], kF, c + r * ldc + static_cast<size_t>(j) * lanes);
        }
    }
}

template <int C>
HWY_INLINE void MultiplyRows(const float* a, int lda, const float* b, int ldb, int k, float* c,
                             int ldc, int rows, bool add) {
    int r = 0;
    for (; r + 6 <= rows; r += 6) {
        MultiplyPanel<6, C>(a + r * lda, lda, b, ldb, k, c + r * ldc, ldc, add);
    }
    a += r * lda;
    c += r * ldc;
    switch (rows - r) {
        case 5:
            return MultiplyPanel<5, C>(a, lda, b, ldb, k, c, ldc, add);
        case 4:
            return MultiplyPanel<4, C>(a, lda, b, ldb, k, c, ldc, add);
        case 3:
            return MultiplyPanel<3, C>(a, lda, b, ldb, k, c, ldc, add);
        case 2:
            return MultiplyPanel<2, C>(a, lda, b, ldb, k, c, ldc, add);
        case 1:
            return MultiplyPanel<1, C>(a, lda, b, ldb, k, c, ldc, add);
        default:
            return;
    }
}

/// c[rows][columns] (+)= a[rows][k] * b[k][columns]; columns a multiple of 16.
void Multiply(const float* a, int lda, const float* b, int ldb, int k, float* c, int ldc, int rows,
              int columns, bool add) {
    const int lanes = static_cast<int>(hn::Lanes(kF));
    int j = 0;
    if (rows <= 2) {  // few rows: more columns at a time hide the latency of the additions
        for (; j + 4 * lanes <= columns; j += 4 * lanes) {
            MultiplyRows<4>(a, lda, b + j, ldb, k, c + j, ldc, rows, add);
        }
    }
    for (; j + 2 * lanes <= columns; j += 2 * lanes) {
        MultiplyRows<2>(a, lda, b + j, ldb, k, c + j, ldc, rows, add);
    }
    for (; j < columns; j += lanes) MultiplyRows<1>(a, lda, b + j, ldb, k, c + j, ldc, rows, add);
}

/// Lays keys [begin, end) of block `base` out as [head_dim][kKeyBlock]; other columns are zeros.
void PackKeys(const Tile& tile, int base, int begin, int end, const TileScratch& scratch) {
    const int dim = tile.head_dim;
    constexpr int kGroup = 8;
    for (int group = 0; group < kKeyBlock; group += kGroup) {
        for (int i = 0; i < kGroup; ++i) {
            const int key = base + group + i;
            float* row = scratch.rows + i * dim;
            if (key < begin || key >= end) {
                std::fill_n(row, dim, 0.0f);
                continue;
            }
            LoadKvRow(tile.source.type,
                      tile.source.k + tile.source.Slot(key) * tile.source.k_stride, dim, row);
        }
        TransposeRows(scratch.rows, dim, scratch.keys + group, kKeyBlock);
    }
}

/// Lays values [begin, end) of block `base` out as [kKeyBlock][PaddedDim]; other rows are zeros.
void PackValues(const Tile& tile, int base, int begin, int end, const TileScratch& scratch) {
    const int padded = PaddedDim(tile.head_dim);
    for (int i = 0; i < kKeyBlock; ++i) {
        float* row = scratch.values + i * padded;
        const int key = base + i;
        if (key < begin || key >= end) {
            std::fill_n(row, padded, 0.0f);
            continue;
        }
        LoadKvRow(tile.source.type, tile.source.v + tile.source.Slot(key) * tile.source.v_stride,
                  tile.head_dim, row);
        std::fill(row + tile.head_dim, row + padded, 0.0f);
    }
}

/// Turns one row's scores of a block into weights exp(score - max) and rescales what was summed
/// under an older maximum. Keys outside [first, end) of the block weigh 0.
HWY_INLINE void WeighRow(float* scores, int first, int end, float softcap, float* max, float* lanes,
                         float* acc, int padded) {
    const int n = static_cast<int>(hn::Lanes(kF));
    if (softcap > 0) {
        const V cap = hn::Set(kF, softcap);
        for (int j = 0; j < kKeyBlock; j += n) {
            const V s = hn::Load(kF, scores + j);
            hn::Store(hn::Mul(cap, hn::Tanh(kF, hn::Div(s, cap))), kF, scores + j);
        }
    }
    for (int j = 0; j < first; ++j) scores[j] = -std::numeric_limits<float>::infinity();
    for (int j = end; j < kKeyBlock; ++j) scores[j] = -std::numeric_limits<float>::infinity();

    V highest = hn::Set(kF, *max);
    for (int j = 0; j < kKeyBlock; j += n) {
        highest = hn::Max(highest, hn::Load(kF, scores + j));
    }
    highest = hn::MaxOfLanes(kF, highest);
    const float now = hn::GetLane(highest);
    V sum = hn::Load(kF, lanes);
    if (now != *max) {
        const V correction = hn::Exp(kF, hn::Sub(hn::Set(kF, *max), highest));
        sum = hn::Mul(sum, correction);
        for (int j = 0; j < padded; j += n) {
            hn::StoreU(hn::Mul(hn::LoadU(kF, acc + j), correction), kF, acc + j);
        }
        *max = now;
    }
    for (int j = 0; j < kKeyBlock; j += n) {
        const V weight = hn::Exp(kF, hn::Sub(hn::Load(kF, scores + j), highest));
        hn::Store(weight, kF, scores + j);
        sum = hn::Add(sum, weight);
    }
    hn::Store(sum, kF, lanes);
}

/// One key block: scores, weights, weighted sum of values.
void AttendBlock(const Tile& tile, int base, const TileScratch& scratch, const TileState& state) {
    // Tokens that see anything of the block are consecutive: both ends move with the token.
    int from = 0, to = tile.tokens;
    while (from < to && tile.End(from) <= base) ++from;
    while (to > from && tile.First(to - 1) >= base + kKeyBlock) --to;
    if (from == to) return;
    const int begin = tile.First(from), end = tile.End(to - 1);
    const int dim = tile.head_dim, padded = PaddedDim(dim);
    const int row0 = from * tile.heads, rows = (to - from) * tile.heads;
    PackKeys(tile, base, begin, end, scratch);
    Multiply(scratch.q + row0 * dim, dim, scratch.keys, kKeyBlock, dim, scratch.scores, kKeyBlock,
             rows, kKeyBlock, false);
    for (int r = 0; r < rows; ++r) {
        const int t = from + r / tile.heads;
        WeighRow(scratch.scores + r * kKeyBlock, std::max(0, tile.First(t) - base),
                 std::min(kKeyBlock, tile.End(t) - base), tile.softcap, state.max + row0 + r,
                 scratch.lanes + (row0 + r) * 16, state.acc + (row0 + r) * padded, padded);
    }
    PackValues(tile, base, begin, end, scratch);
    Multiply(scratch.scores, kKeyBlock, scratch.values, padded, kKeyBlock,
             state.acc + row0 * padded, padded, rows, padded, true);
}

void AttendSplitImpl(const Tile& tile, int split, const TileScratch& scratch,
                     const TileState& state) {
    const int rows = tile.rows();
    std::fill_n(state.acc, rows * PaddedDim(tile.head_dim), 0.0f);
    std::fill_n(state.max, rows, kNothing);
    std::fill_n(scratch.lanes, rows * 16, 0.0f);
    const int first = std::max(split * kSplitKeys, tile.First(0) / kKeyBlock * kKeyBlock);
    const int end = std::min((split + 1) * kSplitKeys, tile.End(tile.tokens - 1));
    for (int base = first; base < end; base += kKeyBlock) {
        AttendBlock(tile, base, scratch, state);
    }
    for (int r = 0; r < rows; ++r) {
        const V lanes = hn::Load(kF, scratch.lanes + r * 16);
        state.sum[r] = hn::GetLane(hn::SumOfLanes(kF, lanes));
    }
}

void PackTileImpl(const Tile& tile, const TileScratch& scratch) {
    const D d;
    const hn::CappedTag<float, 8> half;
    const int n = static_cast<int>(hn::Lanes(half));
    static_cast<void>(d);
    const auto scale = hn::Set(half, tile.scale);
    float* to = scratch.q;
    for (int t = 0; t < tile.tokens; ++t) {
        const float* from = tile.q + t * tile.ldq;
        for (int i = 0; i < tile.heads * tile.head_dim; i += n) {
            hn::StoreU(hn::Mul(hn::LoadU(half, from + i), scale), half, to + i);
        }
        to += tile.heads * tile.head_dim;
    }
}

void MergeStateImpl(int rows, int head_dim, const TileState& part, const TileState& total) {
    const int padded = PaddedDim(head_dim);
    const int n = static_cast<int>(hn::Lanes(kF));
    for (int r = 0; r < rows; ++r) {
        const float max = std::max(part.max[r], total.max[r]);
        const V old_weight = hn::Exp(kF, hn::Set(kF, total.max[r] - max));
        const V new_weight = hn::Exp(kF, hn::Set(kF, part.max[r] - max));
        total.max[r] = max;
        total.sum[r] = hn::GetLane(hn::MulAdd(hn::Set(kF, part.sum[r]), new_weight,
                                              hn::Mul(hn::Set(kF, total.sum[r]), old_weight)));
        float* to = total.acc + r * padded;
        const float* from = part.acc + r * padded;
        for (int j = 0; j < padded; j += n) {
            const V scaled = hn::Mul(hn::LoadU(kF, to + j), old_weight);
            hn::StoreU(hn::MulAdd(hn::LoadU(kF, from + j), new_weight, scaled), kF, to + j);
        }
    }
}

void FinishTileImpl(const Tile& tile, const TileState& total) {
    const hn::CappedTag<float, 8> half;
    const int n = static_cast<int>(hn::Lanes(half));
    const int dim = tile.head_dim, padded = PaddedDim(dim);
    for (int r = 0; r < tile.rows(); ++r) {
        const auto inverse = hn::Set(half, total.sum[r] > 0 ? 1.0f / total.sum[r] : 0.0f);
        const float* from = total.acc + r * padded;
        float* to = tile.out + r / tile.heads * tile.ldo + r % tile.heads * dim;
        for (int j = 0; j < dim; j += n) {
            // + 0: which sign a zero has may depend on blocks that weigh nothing.
            hn::StoreU(hn::Add(hn::Mul(hn::LoadU(half, from + j), inverse), hn::Zero(half)), half,
                       to + j);
        }
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace argosy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace argosy {

HWY_EXPORT(PackTileImpl);
HWY_EXPORT(AttendSplitImpl);
HWY_EXPORT(MergeStateImpl);
HWY_EXPORT(FinishTileImpl);

size_t TileScratch::Floats(int head_dim) {
    const auto dim = static_cast<size_t>(head_dim),
               padded = static_cast<size_t>(PaddedDim(head_dim));
    return kMaxTileRows * (padded + kKeyBlock + 16) + 2 * kKeyBlock * padded + 16 * dim +
           2 * TileState::Floats(kMaxTileRows, head_dim);
}

TileScratch TileScratch::In(float* memory, int head_dim) {
    const auto dim = static_cast<size_t>(head_dim),
               padded = static_cast<size_t>(PaddedDim(head_dim));
    const auto take = [&memory](size_t floats) {
        float* at = memory;
        memory += floats;
        return at;
    };
    TileScratch s;
    s.q = take(kMaxTileRows * padded);
    s.scores = take(kMaxTileRows * kKeyBlock);
    s.keys = take(kKeyBlock * padded);
    s.values = take(kKeyBlock * padded);
    s.rows = take(16 * dim);
    s.lanes = take(kMaxTileRows * 16);
    s.state = take(TileState::Floats(kMaxTileRows, head_dim));
    s.part = take(TileState::Floats(kMaxTileRows, head_dim));
    return s;
}

void PackTile(const Tile& tile, const TileScratch& scratch) {
    HWY_DYNAMIC_DISPATCH(PackTileImpl)(tile, scratch);
}
void AttendSplit(const Tile& tile, int split, const TileScratch& scratch, const TileState& state) {
    HWY_DYNAMIC_DISPATCH(AttendSplitImpl)(tile, split, scratch, state);
}
void ClearState(int rows, int head_dim, const TileState& state) {
    std::fill_n(state.acc, rows * PaddedDim(head_dim), 0.0f);
    std::fill_n(state.max, rows, std::numeric_limits<float>::lowest());
    std::fill_n(state.sum, rows, 0.0f);
}
void MergeState(int rows, int head_dim, const TileState& part, const TileState& total) {
    HWY_DYNAMIC_DISPATCH(MergeStateImpl)(rows, head_dim, part, total);
}
void FinishTile(const Tile& tile, const TileState& total) {
    HWY_DYNAMIC_DISPATCH(FinishTileImpl)(tile, total);
}

}  // namespace argosy
#endif  // HWY_ONCE
