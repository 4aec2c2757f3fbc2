// The AVX2 set: float layouts, rounding of activations, and the set itself.
#include <immintrin.h>

#include <cstring>

#include "engine/kernels/matmul_avx2.h"

namespace argosy {

namespace {

using I = __m256i;
using F = __m256;

void QuantizeBlock(const float* x, const QuantizedTile& tile, int64_t b, int row) {
    F v[4];
    F largest = _mm256_setzero_ps();
    const F sign = _mm256_set1_ps(-0.0F);
    for (int i = 0; i < 4; ++i) {
        v[i] = _mm256_loadu_ps(x + b * kBlock + 8 * i);
        largest = _mm256_max_ps(largest, _mm256_andnot_ps(sign, v[i]));
    }
    __m128 top = _mm_max_ps(_mm256_castps256_ps128(largest), _mm256_extractf128_ps(largest, 1));
    top = _mm_max_ps(top, _mm_movehl_ps(top, top));
    top = _mm_max_ss(top, _mm_shuffle_ps(top, top, 1));
    const float amax = _mm_cvtss_f32(top);
    const float scale = amax / 127.0F;
    const float inverse = amax > 0 ? 127.0F / amax : 0.0F;
    I q[4];
    for (int i = 0; i < 4; ++i) {
        q[i] = _mm256_cvtps_epi32(_mm256_mul_ps(v[i], _mm256_set1_ps(inverse)));
    }
    I packed = _mm256_packs_epi16(_mm256_packs_epi32(q[0], q[1]), _mm256_packs_epi32(q[2], q[3]));
    packed = _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    alignas(32) int8_t bytes[kBlock];
    _mm256_store_si256(reinterpret_cast<I*>(bytes), packed);
    for (int g = 0; g < kGroups; ++g) std::memcpy(tile.Group(b, g, row), bytes + 4 * g, 4);
    const int64_t at = tile.At(b, row);
    int32_t sums[2];
    for (int half = 0; half < 2; ++half) {
        I sum = _mm256_add_epi32(q[2 * half], q[2 * half + 1]);
        __m128i s = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4E));
        s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xB1));
        sums[half] = _mm_cvtsi128_si32(s);
        tile.sum16[2 * at + half] = static_cast<int16_t>(sums[half]);
    }
    tile.scale[at] = scale;
    tile.scaled_sum[at] = scale * static_cast<float>(sums[0] + sums[1]);
}

struct AsF32 {
    using Stored = float;
    static F Load(const float* p) { return _mm256_loadu_ps(p); }
};
struct AsF16 {
    using Stored = uint16_t;
    static F Load(const uint16_t* p) {
        return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
};
struct AsBF16 {
    using Stored = uint16_t;
    static F Load(const uint16_t* p) {
        const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
    }
};

float Sum(F v) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}

// The last, part-filled step of 8 as a whole one with zeros behind.
template <typename T>
const T* Padded(const T* from, int64_t count, T (&space)[8]) {
    std::memset(space, 0, sizeof space);
    std::memcpy(space, from, static_cast<size_t>(count) * sizeof(T));
    return space;
}

template <typename As, int R, int O>
void FloatTile(const FloatTask& task) {
    using Stored = typename As::Stored;
    const Stored* w[O];
    for (int o = 0; o < O; ++o) {
        w[o] = reinterpret_cast<const Stored*>(task.w + static_cast<size_t>(o) * task.stride);
    }
    F acc[R][O] = {};
    int64_t k = 0;
    for (; k + 8 <= task.in; k += 8) {
        F x[R];
        for (int r = 0; r < R; ++r) x[r] = _mm256_loadu_ps(task.x + r * task.ldx + k);
        for (int o = 0; o < O; ++o) {
            const F weight = As::Load(w[o] + k);
            for (int r = 0; r < R; ++r) acc[r][o] = _mm256_fmadd_ps(weight, x[r], acc[r][o]);
        }
    }
    if (k < task.in) {
        for (int r = 0; r < R; ++r) {
            float x_space[8];
            const F x = _mm256_loadu_ps(Padded(task.x + r * task.ldx + k, task.in - k, x_space));
            for (int o = 0; o < O; ++o) {
                Stored w_space[8];
                acc[r][o] =
                    _mm256_fmadd_ps(As::Load(Padded(w[o] + k, task.in - k, w_space)), x, acc[r][o]);
            }
        }
    }
    for (int r = 0; r < R; ++r) {
        for (int o = 0; o < O; ++o) task.y[r * task.ldy + o] = Sum(acc[r][o]);
    }
}

template <typename As, int R>
void FloatRows(const FloatTask& task) {
    switch (task.outs) {
        case 1:
            return FloatTile<As, R, 1>(task);
        case 2:
            return FloatTile<As, R, 2>(task);
        case 3:
            return FloatTile<As, R, 3>(task);
        default:
            return FloatTile<As, R, 4>(task);
    }
}

template <typename As>
void Floats(const FloatTask& task) {
    switch (task.rows) {
        case 1:
            return FloatRows<As, 1>(task);
        case 2:
            return FloatRows<As, 2>(task);
        default:
            return FloatRows<As, 3>(task);
    }
}

void RunFloat(WeightLayout layout, const FloatTask& task) {
    switch (layout) {
        case WeightLayout::kF16:
            return Floats<AsF16>(task);
        case WeightLayout::kBF16:
            return Floats<AsBF16>(task);
        default:
            return Floats<AsF32>(task);
    }
}

}  // namespace

void QuantizeRowAvx2(const float* x, const QuantizedTile& tile, int row) {
    for (int64_t b = 0; b < tile.blocks; ++b) QuantizeBlock(x, tile, b, row);
}

const MatrixKernels kAvx2Kernels{
    .name = "avx2",
    .row_tile = 4,
    .float_rows = 3,
    .quantize_row = QuantizeRowAvx2,
    .panel = RunPanelAvx2,
    .floats = RunFloat,
};

}  // namespace argosy
