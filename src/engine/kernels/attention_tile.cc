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

/// c[R][C vectors] (+)= a[R][k] * b[k][C vectors]. Not inlined: each is one loop whose sums stay in
/// registers (12 of AVX2's 16).
template <int R, int C, bool kAdd>
HWY_NOINLINE void MultiplyPanel(const float* HWY_RESTRICT a, int64_t lda,
                                const float* HWY_RESTRICT b, int64_t ldb, int k,
                                float* HWY_RESTRICT c, int64_t ldc) {
    const size_t lanes = hn::Lanes(kF);
    V sum[R][C];
    for (int r = 0; r < R; ++r) {
        for (size_t j = 0; j < C; ++j) {
            sum[r][j] = kAdd ? hn::LoadU(kF, c + r * ldc + j * lanes) : hn::Zero(kF);
        }
    }
    for (int i = 0; i < k; ++i) {
        V row[C];
        for (size_t j = 0; j < C; ++j) row[j] = hn::Load(kF, b + j * lanes);
        for (int r = 0; r < R; ++r) {
            const V x = hn::Set(kF, a[r * lda + i]);
            for (int j = 0; j < C; ++j) sum[r][j] = hn::MulAdd(x, row[j], sum[r][j]);
        }
        b += ldb;
    }
    for (int r = 0; r < R; ++r) {
        for (size_t j = 0; j < C; ++j) hn::StoreU(sum[r][j], kF, c + r * ldc + j * lanes);
    }
}

/// One panel of columns, all rows.
template <int R, int C, bool kAdd>
HWY_INLINE void MultiplyRows(const float* a, int64_t lda, const float* b, int64_t ldb, int k,
                             float* c, int64_t ldc, int rows) {
    int r = 0;
    for (; r + R <= rows; r += R) {
        MultiplyPanel<R, C, kAdd>(a + r * lda, lda, b, ldb, k, c + r * ldc, ldc);
    }
    if constexpr (R > 1) {
        if (r == rows) return;
        constexpr int kLess = R > 4 ? 4 : R / 2;
        MultiplyRows<kLess, C, kAdd>(a + r * lda, lda, b, ldb, k, c + r * ldc, ldc, rows - r);
    }
}

/// c[rows][columns] (+)= a[rows][k] * b[k][columns]; columns a multiple of 16.
template <bool kAdd>
void Multiply(const float* a, int64_t lda, const float* b, int64_t ldb, int k, float* c,
              int64_t ldc, int rows, int columns) {
    const int lanes = static_cast<int>(hn::Lanes(kF));
    int j = 0;
    if (rows <= 2) {  // few rows: more columns at a time hide the latency of the additions
        for (; j + 4 * lanes <= columns; j += 4 * lanes) {
            MultiplyRows<2, 4, kAdd>(a, lda, b + j, ldb, k, c + j, ldc, rows);
        }
    }
    for (; j + 2 * lanes <= columns; j += 2 * lanes) {
        MultiplyRows<6, 2, kAdd>(a, lda, b + j, ldb, k, c + j, ldc, rows);
    }
    for (; j < columns; j += lanes) {
        MultiplyRows<6, 1, kAdd>(a, lda, b + j, ldb, k, c + j, ldc, rows);
    }
}

/// Asks for a row that will be needed a key block later. The rows of a head are a whole token
/// apart, too far for the hardware to see that they follow each other.
HWY_INLINE void Prefetch(const std::byte* row, size_t bytes) {
    for (size_t at = 0; at < bytes; at += 64) __builtin_prefetch(row + at, 0, 2);
}

/// The keys of a block that exist for the tile, and where they and the next block's are.
struct BlockKeys {
    int base = 0, begin = 0, end = 0;  // keys of the block that some row sees: [begin, end)
    int last = 0;                      // keys from here on no row of the tile sees
    size_t slots[2 * kKeyBlock];       // of key base + i, for i < last - base

    void Find(const KeySource& source) {
        const int count = std::min(2 * kKeyBlock, last - base);
        if (source.blocks == nullptr) {
            for (int i = 0; i < count; ++i) slots[i] = static_cast<size_t>(base + i);
            return;
        }
        int block = base / source.block_tokens, in_block = base % source.block_tokens;
        for (int i = 0; i < count; ++i) {
            slots[i] = static_cast<size_t>(source.blocks[block]) *
                           static_cast<size_t>(source.block_tokens) +
                       static_cast<size_t>(in_block);
            if (++in_block == source.block_tokens) in_block = 0, ++block;
        }
    }
    bool Has(int i) const { return base + i >= begin && base + i < end; }
    bool HasNext(int i) const { return base + i + kKeyBlock < last; }
};

/// Lays the keys of a block out as [head_dim][kKeyBlock]; columns of others are zeros. Asks for the
/// next block's row by row as it goes.
void PackKeys(const Tile& tile, const BlockKeys& keys, const TileScratch& scratch) {
    const KeySource& source = tile.source;
    const int dim = tile.head_dim;
    const size_t bytes = KvRowBytes(source.type, dim);
    HWY_ALIGN static const std::byte kZeros[kMaxHeadDim * sizeof(float)] = {};
    for (int group = 0; group < kKeyBlock; group += 8) {
        const std::byte* rows[8];
        for (int i = 0; i < 8; ++i) {
            const int key = group + i;
            rows[i] = keys.Has(key) ? source.k + keys.slots[key] * source.k_stride : kZeros;
            if (!keys.HasNext(key)) continue;
            Prefetch(source.k + keys.slots[key + kKeyBlock] * source.k_stride, bytes);
        }
        TransposeKvRows(source.type, rows, dim, scratch.keys + group, kKeyBlock);
    }
}

/// Lays the values of a block out as [kKeyBlock][PaddedDim]; rows of others are zeros. Asks for the
/// next block's as it goes.
void PackValues(const Tile& tile, const BlockKeys& keys, const TileScratch& scratch) {
    const KeySource& source = tile.source;
    const int padded = PaddedDim(tile.head_dim);
    const size_t bytes = KvRowBytes(source.type, tile.head_dim);
    for (int i = 0; i < kKeyBlock; ++i) {
        if (keys.HasNext(i)) {
            Prefetch(source.v + keys.slots[i + kKeyBlock] * source.v_stride, bytes);
        }
        float* row = scratch.values + i * padded;
        if (!keys.Has(i)) {
            std::fill_n(row, padded, 0.0f);
            continue;
        }
        LoadKvRow(source.type, source.v + keys.slots[i] * source.v_stride, tile.head_dim, row);
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
    BlockKeys keys;
    keys.base = base;
    keys.begin = tile.First(from);
    keys.end = tile.End(to - 1);
    keys.last = tile.End(tile.tokens - 1);
    keys.Find(tile.source);
    const int dim = tile.head_dim, padded = PaddedDim(dim);
    const int row0 = from * tile.heads, rows = (to - from) * tile.heads;
    PackKeys(tile, keys, scratch);
    Multiply<false>(scratch.q + row0 * dim, dim, scratch.keys, kKeyBlock, dim, scratch.scores,
                    kKeyBlock, rows, kKeyBlock);
    for (int r = 0; r < rows; ++r) {
        const int t = from + r / tile.heads;
        WeighRow(scratch.scores + r * kKeyBlock, std::max(0, tile.First(t) - base),
                 std::min(kKeyBlock, tile.End(t) - base), tile.softcap, state.max + row0 + r,
                 scratch.lanes + (row0 + r) * 16, state.acc + (row0 + r) * padded, padded);
    }
    PackValues(tile, keys, scratch);
    Multiply<true>(scratch.scores, kKeyBlock, scratch.values, padded, kKeyBlock,
                   state.acc + row0 * padded, padded, rows, padded);
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
    const auto padded = static_cast<size_t>(PaddedDim(head_dim));
    return kMaxTileRows * (padded + kKeyBlock + 16) + 2 * kKeyBlock * padded +
           2 * TileState::Floats(kMaxTileRows, head_dim);
}

TileScratch TileScratch::In(float* memory, int head_dim) {
    const auto padded = static_cast<size_t>(PaddedDim(head_dim));
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
