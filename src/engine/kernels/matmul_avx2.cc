// The AVX2 + FMA kernels; compiled with those instruction sets on, called only where they are.
// One accumulator lane per output, so nothing is added across lanes but at the end of float rows.
#include <immintrin.h>

#include <cmath>
#include <cstring>

#include "engine/kernels/matrix_kernels.h"

namespace argosy {

namespace {

using I = __m256i;
using F = __m256;

I LoadI(const std::byte* p) { return _mm256_loadu_si256(reinterpret_cast<const I*>(p)); }
F LoadF(const std::byte* p) { return _mm256_loadu_ps(reinterpret_cast<const float*>(p)); }
F LoadHalf(const std::byte* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
F LoadByteFloats(const std::byte* p) {
    return _mm256_cvtepi32_ps(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}

// Four inputs of a row, in every lane.
I Four(const int8_t* q) {
    int32_t four;
    std::memcpy(&four, q, 4);
    return _mm256_set1_epi32(four);
}
// The sums of a block's halves as int16, in every lane.
I SumPair(const int16_t* sums) {
    int32_t pair;
    std::memcpy(&pair, sums, 4);
    return _mm256_set1_epi32(pair);
}
int32_t BlockSum(const int16_t* sums) { return sums[0] + sums[1]; }

void Store(const PanelTask& task, int row, F acc) {
    float* y = task.y + row * task.ldy;
    if (task.outs == kPanel) return _mm256_storeu_ps(y, acc);
    float lanes[kPanel];
    _mm256_storeu_ps(lanes, acc);
    std::memcpy(y, lanes, static_cast<size_t>(task.outs) * sizeof(float));
}

template <int R>
struct Rows {
    explicit Rows(const PanelTask& task) {
        for (int r = 0; r < R; ++r) x[r] = task.x.Row(r);
    }
    QuantizedRows x[R];
};

// int8 weights: |w| times x with w's sign. |w| <= 128 and |x| <= 127, so a pair fits 16 bits.
template <int R, int Groups>
void DotBytes(const std::byte* quants, const Rows<R>& rows, int64_t at, I (&dot)[R]) {
    const I ones = _mm256_set1_epi16(1);
    for (int r = 0; r < R; ++r) dot[r] = _mm256_setzero_si256();
    for (int g = 0; g < Groups; ++g) {
        const I w = LoadI(quants + 32 * g);
        const I magnitude = _mm256_abs_epi8(w);
        for (int r = 0; r < R; ++r) {
            const I x = _mm256_sign_epi8(Four(rows.x[r].q + at + 4 * g), w);
            dot[r] = _mm256_add_epi32(dot[r],
                                      _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, x), ones));
        }
    }
}

// Nibbles of a block: 15 * 127 * 2 * 8 groups still fits 16 bits, widened once by `factors`.
template <int R>
void DotNibbles(const std::byte* quants, const Rows<R>& rows, int64_t at, I factors, I (&dot)[R]) {
    const I mask = _mm256_set1_epi8(15);
    for (int r = 0; r < R; ++r) dot[r] = _mm256_setzero_si256();
    for (int g = 0; g < 4; ++g) {
        const I w = LoadI(quants + 32 * g);
        const I low = _mm256_and_si256(w, mask);
        const I high = _mm256_and_si256(_mm256_srli_epi16(w, 4), mask);
        for (int r = 0; r < R; ++r) {
            const int8_t* q = rows.x[r].q + at + 4 * g;
            dot[r] = _mm256_add_epi16(dot[r], _mm256_maddubs_epi16(low, Four(q)));
            dot[r] = _mm256_add_epi16(dot[r], _mm256_maddubs_epi16(high, Four(q + 16)));
        }
    }
    for (int r = 0; r < R; ++r) dot[r] = _mm256_madd_epi16(dot[r], factors);
}

template <int R>
void PanelQ8(const PanelTask& task) {
    const Rows<R> rows(task);
    F acc[R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks(); ++b, block += Q8Block::kBytes) {
        I dot[R];
        DotBytes<R, 8>(block + Q8Block::kQuants, rows, b * kBlock, dot);
        const F scale = LoadHalf(block + Q8Block::kScale);
        for (int r = 0; r < R; ++r) {
            const F both = _mm256_mul_ps(scale, _mm256_set1_ps(rows.x[r].scale[b]));
            acc[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[r]), both, acc[r]);
        }
    }
    for (int r = 0; r < R; ++r) Store(task, r, acc[r]);
}

template <int R>
void PanelQ4(const PanelTask& task) {
    const Rows<R> rows(task);
    const I ones = _mm256_set1_epi16(1);
    F acc[R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks(); ++b, block += Q4Block::kBytes) {
        I dot[R];
        DotNibbles<R>(block + Q4Block::kQuants, rows, b * kBlock, ones, dot);
        const F scale = LoadHalf(block + Q4Block::kScale);
        for (int r = 0; r < R; ++r) {
            const I offset = _mm256_set1_epi32(8 * BlockSum(rows.x[r].sum16 + 2 * b));
            const F both = _mm256_mul_ps(scale, _mm256_set1_ps(rows.x[r].scale[b]));
            acc[r] =
                _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_sub_epi32(dot[r], offset)), both, acc[r]);
        }
    }
    for (int r = 0; r < R; ++r) Store(task, r, acc[r]);
}

template <int R>
void PanelQ4K(const PanelTask& task) {
    const Rows<R> rows(task);
    F acc[R] = {};
    const std::byte* super = task.panel;
    for (int64_t b = 0; b < task.x.blocks(); super += Q4KBlock::kBytes) {
        const F d = LoadHalf(super + Q4KBlock::kScale), dmin = LoadHalf(super + Q4KBlock::kMin);
        const std::byte* sub = super + Q4KBlock::kSub;
        for (int s = 0; s < kSubBlocks; ++s, ++b, sub += Q4KBlock::kSubBytes) {
            const I scale = _mm256_cvtepu8_epi32(
                _mm_loadl_epi64(reinterpret_cast<const __m128i*>(sub + Q4KBlock::kSubScale)));
            const I factors = _mm256_or_si256(scale, _mm256_slli_epi32(scale, 16));
            I dot[R];
            DotNibbles<R>(sub + Q4KBlock::kSubQuants, rows, b * kBlock, factors, dot);
            const F min = _mm256_mul_ps(dmin, LoadByteFloats(sub + Q4KBlock::kSubMin));
            for (int r = 0; r < R; ++r) {
                const F both = _mm256_mul_ps(d, _mm256_set1_ps(rows.x[r].scale[b]));
                acc[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[r]), both, acc[r]);
                acc[r] = _mm256_fnmadd_ps(min, _mm256_set1_ps(rows.x[r].scaled_sum[b]), acc[r]);
            }
        }
    }
    for (int r = 0; r < R; ++r) Store(task, r, acc[r]);
}

// Half a sub-block of Q6_K: groups `g`, `g + 1` fit 16 bits together (63 * 127 * 4).
template <int R>
void DotSix(I first, I second, const Rows<R>& rows, int64_t at, I factors, I (&dot)[R]) {
    for (int r = 0; r < R; ++r) {
        const int8_t* q = rows.x[r].q + at;
        const I pair = _mm256_add_epi16(_mm256_maddubs_epi16(first, Four(q)),
                                        _mm256_maddubs_epi16(second, Four(q + 4)));
        dot[r] = _mm256_add_epi32(dot[r], _mm256_madd_epi16(pair, factors));
    }
}

template <int R>
void DotSixBlock(const std::byte* sub, const Rows<R>& rows, int64_t at, I pairs, I (&dot)[R]) {
    const I low_mask = _mm256_set1_epi8(15), high_mask = _mm256_set1_epi8(48);
    const I high_a = LoadI(sub + Q6KBlock::kSubHigh), high_b = LoadI(sub + Q6KBlock::kSubHigh + 32);
    // (a, a) and (b, b) of the pairs (a, b) of 16-bit scales.
    const I low16 = _mm256_set1_epi32(0xFFFF);
    const I a = _mm256_and_si256(pairs, low16), b = _mm256_andnot_si256(low16, pairs);
    const I factors_a = _mm256_or_si256(a, _mm256_slli_epi32(a, 16));
    const I factors_b = _mm256_or_si256(b, _mm256_srli_epi32(b, 16));
    I w_a[4], w_b[4];
    for (int g = 0; g < 4; ++g) {
        const I low = LoadI(sub + Q6KBlock::kSubLow + 32 * g);
        const I up_a =
            g < 2 ? _mm256_slli_epi16(high_a, 4 - 2 * g) : _mm256_srli_epi16(high_a, 2 * g - 4);
        const I up_b =
            g < 2 ? _mm256_slli_epi16(high_b, 4 - 2 * g) : _mm256_srli_epi16(high_b, 2 * g - 4);
        w_a[g] =
            _mm256_or_si256(_mm256_and_si256(low, low_mask), _mm256_and_si256(up_a, high_mask));
        w_b[g] = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(low, 4), low_mask),
                                 _mm256_and_si256(up_b, high_mask));
    }
    DotSix<R>(w_a[0], w_a[1], rows, at, factors_a, dot);
    DotSix<R>(w_a[2], w_a[3], rows, at + 8, factors_a, dot);
    DotSix<R>(w_b[0], w_b[1], rows, at + 16, factors_b, dot);
    DotSix<R>(w_b[2], w_b[3], rows, at + 24, factors_b, dot);
}

template <int R>
void PanelQ6K(const PanelTask& task) {
    const Rows<R> rows(task);
    F acc[R] = {};
    const std::byte* super = task.panel;
    for (int64_t b = 0; b < task.x.blocks(); super += Q6KBlock::kBytes) {
        const F d = LoadHalf(super + Q6KBlock::kScale);
        const std::byte* sub = super + Q6KBlock::kSub;
        for (int s = 0; s < kSubBlocks; ++s, ++b, sub += Q6KBlock::kSubBytes) {
            const I pairs = _mm256_cvtepi8_epi16(
                _mm_loadu_si128(reinterpret_cast<const __m128i*>(sub + Q6KBlock::kSubScales)));
            I dot[R];
            for (int r = 0; r < R; ++r) {  // the offset of 32, scaled as the quants are
                const I sums = _mm256_madd_epi16(pairs, SumPair(rows.x[r].sum16 + 2 * b));
                dot[r] = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_slli_epi32(sums, 5));
            }
            DotSixBlock<R>(sub, rows, b * kBlock, pairs, dot);
            for (int r = 0; r < R; ++r) {
                const F both = _mm256_mul_ps(d, _mm256_set1_ps(rows.x[r].scale[b]));
                acc[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[r]), both, acc[r]);
            }
        }
    }
    for (int r = 0; r < R; ++r) Store(task, r, acc[r]);
}

template <int R>
void PanelQ8M(const PanelTask& task) {
    const Rows<R> rows(task);
    F acc[R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks(); ++b, block += Q8MBlock::kBytes) {
        I dot[R];
        DotBytes<R, 8>(block + Q8MBlock::kQuants, rows, b * kBlock, dot);
        const F scale = LoadF(block + Q8MBlock::kScale), min = LoadF(block + Q8MBlock::kMin);
        for (int r = 0; r < R; ++r) {
            const F both = _mm256_mul_ps(scale, _mm256_set1_ps(rows.x[r].scale[b]));
            acc[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[r]), both, acc[r]);
            acc[r] = _mm256_fmadd_ps(min, _mm256_set1_ps(rows.x[r].scaled_sum[b]), acc[r]);
        }
    }
    for (int r = 0; r < R; ++r) Store(task, r, acc[r]);
}

template <int R>
void PanelQ8M16(const PanelTask& task) {
    const Rows<R> rows(task);
    F acc[R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks(); ++b, block += Q8M16Block::kBytes) {
        for (int half = 0; half < 2; ++half) {
            I dot[R];
            DotBytes<R, 4>(block + Q8M16Block::kQuants + 128 * half, rows, b * kBlock + 16 * half,
                           dot);
            const F scale = LoadF(block + Q8M16Block::kScale + 32 * half);
            const F min = LoadF(block + Q8M16Block::kMin + 32 * half);
            for (int r = 0; r < R; ++r) {
                const float x_scale = rows.x[r].scale[b];
                const F both = _mm256_mul_ps(scale, _mm256_set1_ps(x_scale));
                const float sum = x_scale * static_cast<float>(rows.x[r].sum16[2 * b + half]);
                acc[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[r]), both, acc[r]);
                acc[r] = _mm256_fmadd_ps(min, _mm256_set1_ps(sum), acc[r]);
            }
        }
    }
    for (int r = 0; r < R; ++r) Store(task, r, acc[r]);
}

template <int R>
void Panel(WeightLayout layout, const PanelTask& task) {
    switch (layout) {
        case WeightLayout::kQ8:
            return PanelQ8<R>(task);
        case WeightLayout::kQ4:
            return PanelQ4<R>(task);
        case WeightLayout::kQ4K:
            return PanelQ4K<R>(task);
        case WeightLayout::kQ6K:
            return PanelQ6K<R>(task);
        case WeightLayout::kQ8M:
            return PanelQ8M<R>(task);
        case WeightLayout::kQ8M16:
            return PanelQ8M16<R>(task);
        default:
            return;
    }
}

void RunPanel(WeightLayout layout, const PanelTask& task) {
    switch (task.rows) {
        case 1:
            return Panel<1>(layout, task);
        case 2:
            return Panel<2>(layout, task);
        case 3:
            return Panel<3>(layout, task);
        default:
            return Panel<4>(layout, task);
    }
}

void QuantizeBlock(const float* x, const QuantizedRows& row, int64_t b) {
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
    _mm256_storeu_si256(reinterpret_cast<I*>(row.q + b * kBlock), packed);
    int32_t sums[2];
    for (int half = 0; half < 2; ++half) {
        I sum = _mm256_add_epi32(q[2 * half], q[2 * half + 1]);
        __m128i s = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4E));
        s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xB1));
        sums[half] = _mm_cvtsi128_si32(s);
        row.sum16[2 * b + half] = static_cast<int16_t>(sums[half]);
    }
    row.scale[b] = scale;
    row.scaled_sum[b] = scale * static_cast<float>(sums[0] + sums[1]);
}

void QuantizeRow(const float* x, const QuantizedRows& row) {
    for (int64_t b = 0; b < row.blocks(); ++b) QuantizeBlock(x, row, b);
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

const MatrixKernels kAvx2Kernels{"avx2", QuantizeRow, RunPanel, RunFloat};

}  // namespace argosy
