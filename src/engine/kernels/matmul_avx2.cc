// The AVX2 + FMA kernels, quantised layouts: one accumulator lane per output, so that nothing is
// added across lanes. Compiled with those instruction sets on, called only where they are.
#include "engine/kernels/matmul_avx2.h"

#include <immintrin.h>

#include <cstring>

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

// A panel is two vectors wide: half h holds outputs 8h to 8h + 7.
template <int R>
void Store(const PanelTask& task, const F (&acc)[2][R]) {
    for (int r = 0; r < R; ++r) {
        float* y = task.y + r * task.ldy;
        if (task.outs == kPanel) {
            for (int h = 0; h < 2; ++h) _mm256_storeu_ps(y + 8 * h, acc[h][r]);
            continue;
        }
        float lanes[kPanel];
        for (int h = 0; h < 2; ++h) _mm256_storeu_ps(lanes + 8 * h, acc[h][r]);
        std::memcpy(y, lanes, static_cast<size_t>(task.outs) * sizeof(float));
    }
}

// int8 weights: |w| times x with w's sign. |w| <= 128 and |x| <= 127, so a pair fits 16 bits.
template <int R, int Groups>
void DotBytes(const std::byte* quants, const TileBlock<R>& x, int first, I (&dot)[R]) {
    const I ones = _mm256_set1_epi16(1);
    for (int r = 0; r < R; ++r) dot[r] = _mm256_setzero_si256();
    for (int g = 0; g < Groups; ++g) {
        const I w = LoadI(quants + kGroupBytes * static_cast<size_t>(g));
        const I magnitude = _mm256_abs_epi8(w);
        for (int r = 0; r < R; ++r) {
            const I signed_x = _mm256_sign_epi8(Four(x.Four(first + g, r)), w);
            dot[r] = _mm256_add_epi32(
                dot[r], _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, signed_x), ones));
        }
    }
}

// Nibbles of a block: 15 * 127 * 2 * 8 groups still fits 16 bits, widened once.
template <int R>
void DotNibbles(const std::byte* quants, const TileBlock<R>& x, I (&dot)[R]) {
    const I mask = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
    for (int r = 0; r < R; ++r) dot[r] = _mm256_setzero_si256();
    for (int g = 0; g < 4; ++g) {
        const I w = LoadI(quants + kGroupBytes * static_cast<size_t>(g));
        const I low = _mm256_and_si256(w, mask);
        const I high = _mm256_and_si256(_mm256_srli_epi16(w, 4), mask);
        for (int r = 0; r < R; ++r) {
            dot[r] = _mm256_add_epi16(dot[r], _mm256_maddubs_epi16(low, Four(x.Four(g, r))));
            dot[r] = _mm256_add_epi16(dot[r], _mm256_maddubs_epi16(high, Four(x.Four(g + 4, r))));
        }
    }
    for (int r = 0; r < R; ++r) dot[r] = _mm256_madd_epi16(dot[r], ones);
}

// acc += dot * (scale * the row's scale of block b)
template <int R>
void AddScaled(const I (&dot)[R], F scale, const TileBlock<R>& x, F (&acc)[R]) {
    for (int r = 0; r < R; ++r) {
        const F both = _mm256_mul_ps(scale, _mm256_set1_ps(x.scale[r]));
        acc[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot[r]), both, acc[r]);
    }
}

template <int R>
void PanelQ8(const PanelTask& task) {
    F acc[2][R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (size_t h = 0; h < 2; ++h) {
            I dot[R];
            DotBytes<R, 8>(block + Q8Block::kQuants + 32 * h, x, 0, dot);
            AddScaled(dot, LoadHalf(block + Q8Block::kScale + 16 * h), x, acc[h]);
        }
    }
    Store(task, acc);
}

template <int R>
void PanelQ4(const PanelTask& task) {
    F acc[2][R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q4Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (size_t h = 0; h < 2; ++h) {
            I dot[R];
            DotNibbles<R>(block + Q4Block::kQuants + 32 * h, x, dot);
            for (int r = 0; r < R; ++r) {
                const I offset = _mm256_set1_epi32(8 * BlockSum(x.sum16 + 2 * r));
                dot[r] = _mm256_sub_epi32(dot[r], offset);
            }
            AddScaled(dot, LoadHalf(block + Q4Block::kScale + 16 * h), x, acc[h]);
        }
    }
    Store(task, acc);
}

template <int R>
void PanelQ4K(const PanelTask& task) {
    F acc[2][R] = {};
    const std::byte* super = task.panel;
    for (int64_t b = 0; b < task.x.blocks; super += Q4KBlock::kBytes) {
        const std::byte* sub = super + Q4KBlock::kSub;
        for (int s = 0; s < kSubBlocks; ++s, ++b, sub += Q4KBlock::kSubBytes) {
            const TileBlock<R> x(task.x, b);
            for (size_t h = 0; h < 2; ++h) {
                const F d = LoadHalf(super + Q4KBlock::kScale + 16 * h);
                const F dmin = LoadHalf(super + Q4KBlock::kMin + 16 * h);
                I dot[R];
                DotNibbles<R>(sub + Q4KBlock::kSubQuants + 32 * h, x, dot);
                AddScaled(dot, _mm256_mul_ps(d, LoadByteFloats(sub + Q4KBlock::kSubScale + 8 * h)),
                          x, acc[h]);
                const F min = _mm256_mul_ps(dmin, LoadByteFloats(sub + Q4KBlock::kSubMin + 8 * h));
                for (int r = 0; r < R; ++r) {
                    const F sum = _mm256_set1_ps(x.scaled_sum[r]);
                    acc[h][r] = _mm256_fnmadd_ps(min, sum, acc[h][r]);
                }
            }
        }
    }
    Store(task, acc);
}

// Half a sub-block of Q6_K: groups `g`, `g + 1` fit 16 bits together (63 * 127 * 4).
template <int R>
void DotSix(I first, I second, const TileBlock<R>& x, int group, I factors, I (&dot)[R]) {
    for (int r = 0; r < R; ++r) {
        const I pair = _mm256_add_epi16(_mm256_maddubs_epi16(first, Four(x.Four(group, r))),
                                        _mm256_maddubs_epi16(second, Four(x.Four(group + 1, r))));
        dot[r] = _mm256_add_epi32(dot[r], _mm256_madd_epi16(pair, factors));
    }
}

template <int R>
void DotSixBlock(const std::byte* low, const std::byte* high, const TileBlock<R>& x, I pairs,
                 I (&dot)[R]) {
    const I low_mask = _mm256_set1_epi8(15), high_mask = _mm256_set1_epi8(48);
    const I high_a = LoadI(high), high_b = LoadI(high + kGroupBytes);
    // (a, a) and (b, b) of the pairs (a, b) of 16-bit scales.
    const I low16 = _mm256_set1_epi32(0xFFFF);
    const I a = _mm256_and_si256(pairs, low16), b = _mm256_andnot_si256(low16, pairs);
    const I factors_a = _mm256_or_si256(a, _mm256_slli_epi32(a, 16));
    const I factors_b = _mm256_or_si256(b, _mm256_srli_epi32(b, 16));
    I w_a[4], w_b[4];
    for (int g = 0; g < 4; ++g) {
        const I bits = LoadI(low + kGroupBytes * static_cast<size_t>(g));
        const I up_a =
            g < 2 ? _mm256_slli_epi16(high_a, 4 - 2 * g) : _mm256_srli_epi16(high_a, 2 * g - 4);
        const I up_b =
            g < 2 ? _mm256_slli_epi16(high_b, 4 - 2 * g) : _mm256_srli_epi16(high_b, 2 * g - 4);
        w_a[g] =
            _mm256_or_si256(_mm256_and_si256(bits, low_mask), _mm256_and_si256(up_a, high_mask));
        w_b[g] = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(bits, 4), low_mask),
                                 _mm256_and_si256(up_b, high_mask));
    }
    DotSix<R>(w_a[0], w_a[1], x, 0, factors_a, dot);
    DotSix<R>(w_a[2], w_a[3], x, 2, factors_a, dot);
    DotSix<R>(w_b[0], w_b[1], x, 4, factors_b, dot);
    DotSix<R>(w_b[2], w_b[3], x, 6, factors_b, dot);
}

template <int R>
void PanelQ6K(const PanelTask& task) {
    F acc[2][R] = {};
    const std::byte* super = task.panel;
    for (int64_t b = 0; b < task.x.blocks; super += Q6KBlock::kBytes) {
        const std::byte* sub = super + Q6KBlock::kSub;
        for (int s = 0; s < kSubBlocks; ++s, ++b, sub += Q6KBlock::kSubBytes) {
            const TileBlock<R> x(task.x, b);
            for (size_t h = 0; h < 2; ++h) {
                const I pairs = _mm256_cvtepi8_epi16(_mm_loadu_si128(
                    reinterpret_cast<const __m128i*>(sub + Q6KBlock::kSubScales + 16 * h)));
                I dot[R];
                for (int r = 0; r < R; ++r) {  // the offset of 32, scaled as the quants are
                    const I sums = _mm256_madd_epi16(pairs, SumPair(x.sum16 + 2 * r));
                    dot[r] = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_slli_epi32(sums, 5));
                }
                DotSixBlock<R>(sub + Q6KBlock::kSubLow + 32 * h, sub + Q6KBlock::kSubHigh + 32 * h,
                               x, pairs, dot);
                AddScaled(dot, LoadHalf(super + Q6KBlock::kScale + 16 * h), x, acc[h]);
            }
        }
    }
    Store(task, acc);
}

template <int R>
void PanelQ8M(const PanelTask& task) {
    F acc[2][R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8MBlock::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (size_t h = 0; h < 2; ++h) {
            I dot[R];
            DotBytes<R, 8>(block + Q8MBlock::kQuants + 32 * h, x, 0, dot);
            AddScaled(dot, LoadF(block + Q8MBlock::kScale + 32 * h), x, acc[h]);
            const F min = LoadF(block + Q8MBlock::kMin + 32 * h);
            for (int r = 0; r < R; ++r) {
                const F sum = _mm256_set1_ps(x.scaled_sum[r]);
                acc[h][r] = _mm256_fmadd_ps(min, sum, acc[h][r]);
            }
        }
    }
    Store(task, acc);
}

template <int R>
void PanelQ8M16(const PanelTask& task) {
    F acc[2][R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8M16Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (int half = 0; half < 2; ++half) {  // of the inputs
            const std::byte* quants = block + Q8M16Block::kQuants + half * 4 * kGroupBytes;
            const std::byte* scales = block + Q8M16Block::kScale + half * kFloats;
            const std::byte* mins = block + Q8M16Block::kMin + half * kFloats;
            for (size_t h = 0; h < 2; ++h) {
                I dot[R];
                DotBytes<R, 4>(quants + 32 * h, x, 4 * half, dot);
                AddScaled(dot, LoadF(scales + 32 * h), x, acc[h]);
                const F min = LoadF(mins + 32 * h);
                for (int r = 0; r < R; ++r) {
                    const float sum = x.scale[r] * static_cast<float>(x.sum16[2 * r + half]);
                    acc[h][r] = _mm256_fmadd_ps(min, _mm256_set1_ps(sum), acc[h][r]);
                }
            }
        }
    }
    Store(task, acc);
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

}  // namespace

void RunPanelAvx2(WeightLayout layout, const PanelTask& task) {
    switch (task.x.rows) {
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

}  // namespace argosy
