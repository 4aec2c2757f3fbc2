// Products of stored float rows on AVX-512, for each way to load and multiply them. A traits class
// `As` has kStep inputs a step, Stored, X, LoadX/LoadW with a mask for the last step, and Dot.
#pragma once

#include <immintrin.h>

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
            // The rows behind these: too short each for the hardware to see a stream.
            __builtin_prefetch(reinterpret_cast<const std::byte*>(w[o] + k) + O * task.stride);
            for (int r = 0; r < R; ++r) acc[r][o] = As::Dot(acc[r][o], weight, x[r]);
        }
    };
    for (; k + As::kStep <= task.in; k += As::kStep) step(static_cast<typename As::Mask>(-1));
    if (k < task.in) step(static_cast<typename As::Mask>((uint64_t{1} << (task.in - k)) - 1));
    for (int r = 0; r < R; ++r) {
        float* y = task.y + r * task.ldy + first;
        if constexpr (O == 4) {
            _mm_storeu_ps(y, Sum4(acc[r][0], acc[r][1], acc[r][2], acc[r][3]));
        } else {
            const __m512 none = _mm512_setzero_ps();
            *y = _mm_cvtss_f32(Sum4(acc[r][0], none, none, none));
        }
    }
}

template <typename As, int R>
void FloatRows(const FloatTask& task) {
    if (task.outs == kFloatOuts) return FloatTile<As, R, kFloatOuts>(task, 0);
    for (int o = 0; o < task.outs; ++o) FloatTile<As, R, 1>(task, o);
}

template <typename As>
void FloatsOf(const FloatTask& task) {
    constexpr void (*kByRows[kFloatRowsAvx512])(const FloatTask&) = {
        FloatRows<As, 1>, FloatRows<As, 2>, FloatRows<As, 3>,
        FloatRows<As, 4>, FloatRows<As, 5>, FloatRows<As, 6>};
    kByRows[task.rows - 1](task);
}

}  // namespace
}  // namespace argosy
