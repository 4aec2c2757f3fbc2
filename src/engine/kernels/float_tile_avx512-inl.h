// Products of stored float rows on AVX-512, for each way to load and multiply them. A traits class
// `As` has kStep inputs a step, Stored, X, LoadX/LoadW with a mask for the last step, and Dot.
#pragma once

#include <immintrin.h>

#include <algorithm>

#include "engine/kernels/matmul_avx512.h"

namespace argosy {
namespace {

/// The sums of four vectors' lanes.
inline __m128 Sum4(__m512 a, __m512 b, __m512 c, __m512 d) {
    const __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    const __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    const __m512 all =
        _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xEE));
    const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

/// Four rows or four outputs at a time: either way a sum is made of the same additions.
template <int R, int O>
void StoreSums(const FloatTask& task, int first, const __m512 (&acc)[R][O]) {
    float* y = task.y + first;
    if constexpr (O == kFloatOuts) {
        for (int r = 0; r < R; ++r) {
            _mm_storeu_ps(y + r * task.ldy, Sum4(acc[r][0], acc[r][1], acc[r][2], acc[r][3]));
        }
    } else {
        static_assert(O == 1);
        for (int r = 0; r < R; r += 4) {
            const auto row = [&](int i) { return acc[std::min(r + i, R - 1)][0]; };
            alignas(16) float sums[4];
            _mm_store_ps(sums, Sum4(row(0), row(1), row(2), row(3)));
            for (int i = 0; i < std::min(4, R - r); ++i) y[(r + i) * task.ldy] = sums[i];
        }
    }
}

template <typename As, int R, int O>
void FloatTile(const FloatTask& task, int first) {
    const typename As::Stored* w[O];
    for (int o = 0; o < O; ++o) {
        w[o] = reinterpret_cast<const typename As::Stored*>(
            task.w + static_cast<size_t>(first + o) * task.stride);
    }
    const typename As::X* rows = As::Input(task);
    __m512 acc[R][O] = {};
    int64_t k = 0;
    const auto step = [&](typename As::Mask mask) {
        typename As::Vector x[R];
        for (int r = 0; r < R; ++r) x[r] = As::LoadX(rows + r * task.ldx + k, mask);
        for (int o = 0; o < O; ++o) {
            const typename As::Vector weight = As::LoadW(w[o] + k, mask);
            for (int r = 0; r < R; ++r) acc[r][o] = As::Dot(acc[r][o], weight, x[r]);
        }
    };
    for (; k + As::kStep <= task.in; k += As::kStep) step(static_cast<typename As::Mask>(-1));
    if (k < task.in) step(static_cast<typename As::Mask>((uint64_t{1} << (task.in - k)) - 1));
    StoreSums(task, first, acc);
}

template <typename As, int R>
void Streamed(const FloatTask& task) {
    for (int o = 0; o < task.outs; ++o) FloatTile<As, R, 1>(task, o);
}

template <typename As, int R>
void Tiled(const FloatTask& task) {
    if (task.outs < kFloatOuts) return Streamed<As, R>(task);
    FloatTile<As, R, kFloatOuts>(task, 0);
}

/// A few rows read the weights once: row by row, as the hardware expects a stream. Many rows find
/// them in the cache, where four outputs at a time save loads of x.
template <typename As>
void FloatsOf(const FloatTask& task) {
    using Function = void (*)(const FloatTask&);
    constexpr Function kStreamed[kStreamRows] = {Streamed<As, 1>, Streamed<As, 2>, Streamed<As, 3>,
                                                 Streamed<As, 4>, Streamed<As, 5>, Streamed<As, 6>,
                                                 Streamed<As, 7>, Streamed<As, 8>};
    constexpr Function kTiled[kFloatRowsAvx512] = {Tiled<As, 1>, Tiled<As, 2>, Tiled<As, 3>,
                                                   Tiled<As, 4>, Tiled<As, 5>, Tiled<As, 6>};
    (task.streams ? kStreamed : kTiled)[task.rows - 1](task);
}

}  // namespace
}  // namespace argosy
