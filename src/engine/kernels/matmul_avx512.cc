// The kernels for AVX-512 with VNNI, quantised layouts: a lane an output, four products and their
// sum an instruction (VPDPBUSD: unsigned by signed bytes). Signed weights are multiplied as w +
// 128, and sums start at what that adds. Compiled with those instruction sets on, called only where
// they are.
#include "engine/kernels/matmul_avx512.h"

#include <immintrin.h>

#include <cstring>

namespace argosy {

namespace {

using I = __m512i;
using F = __m512;

I LoadI(const std::byte* p) { return _mm512_loadu_si512(p); }
F LoadF(const std::byte* p) { return _mm512_loadu_ps(p); }
F LoadHalf(const std::byte* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
F LoadByteFloats(const std::byte* p) {
    return _mm512_cvtepi32_ps(
        _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}

// Four inputs of a row, in every lane.
I Four(const int8_t* q) {
    int32_t four;
    std::memcpy(&four, q, 4);
    return _mm512_set1_epi32(four);
}

// a * (sum of the first 16) + b * (sum of the last 16), in every lane.
I SumTimes(const int16_t* sums, int16_t a, int16_t b) {
    int32_t pair;
    std::memcpy(&pair, sums, 4);
    const auto factors =
        static_cast<int32_t>(static_cast<uint16_t>(a) | (uint32_t{static_cast<uint16_t>(b)} << 16));
    return _mm512_madd_epi16(_mm512_set1_epi32(pair), _mm512_set1_epi32(factors));
}

template <int R>
void Store(const PanelTask& task, const F (&acc)[R]) {
    const auto mask = static_cast<__mmask16>((1U << task.outs) - 1);
    for (int r = 0; r < R; ++r) _mm512_mask_storeu_ps(task.y + r * task.ldy, mask, acc[r]);
}

// dot += signed bytes of groups [first, first + Groups); dot must start at -128 * (sum of x).
template <int R, int Groups>
void DotBytes(const std::byte* quants, const TileBlock<R>& x, int first, I (&dot)[R]) {
    const I flip = _mm512_set1_epi8(static_cast<char>(0x80));
    for (int g = 0; g < Groups; ++g) {
        const I w = _mm512_xor_si512(LoadI(quants + kGroupBytes * static_cast<size_t>(g)), flip);
        for (int r = 0; r < R; ++r) {
            dot[r] = _mm512_dpbusd_epi32(dot[r], w, Four(x.Four(first + g, r)));
        }
    }
}

// dot += the nibbles, 0 to 15, of a block.
template <int R>
void DotNibbles(const std::byte* quants, const TileBlock<R>& x, I (&dot)[R]) {
    const I mask = _mm512_set1_epi8(15);
    for (int g = 0; g < 4; ++g) {
        const I w = LoadI(quants + kGroupBytes * static_cast<size_t>(g));
        const I low = _mm512_and_si512(w, mask);
        const I high = _mm512_and_si512(_mm512_srli_epi16(w, 4), mask);
        for (int r = 0; r < R; ++r) {
            dot[r] = _mm512_dpbusd_epi32(dot[r], low, Four(x.Four(g, r)));
            dot[r] = _mm512_dpbusd_epi32(dot[r], high, Four(x.Four(g + 4, r)));
        }
    }
}

// acc += dot * (scale * the row's scale)
template <int R>
void AddScaled(const F (&dot)[R], F scale, const TileBlock<R>& x, F (&acc)[R]) {
    for (int r = 0; r < R; ++r) {
        acc[r] = _mm512_fmadd_ps(dot[r], _mm512_mul_ps(scale, _mm512_set1_ps(x.scale[r])), acc[r]);
    }
}
template <int R>
void AddScaled(const I (&dot)[R], F scale, const TileBlock<R>& x, F (&acc)[R]) {
    F floats[R];
    for (int r = 0; r < R; ++r) floats[r] = _mm512_cvtepi32_ps(dot[r]);
    AddScaled(floats, scale, x, acc);
}

template <int R>
void PanelQ8(const PanelTask& task) {
    F acc[R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        I dot[R];
        for (int r = 0; r < R; ++r) dot[r] = SumTimes(x.sum16 + 2 * r, -128, -128);
        DotBytes<R, 8>(block + Q8Block::kQuants, x, 0, dot);
        AddScaled(dot, LoadHalf(block + Q8Block::kScale), x, acc);
    }
    Store(task, acc);
}

template <int R>
void PanelQ4(const PanelTask& task) {
    F acc[R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q4Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        I dot[R];
        for (int r = 0; r < R; ++r) dot[r] = SumTimes(x.sum16 + 2 * r, -8, -8);
        DotNibbles(block + Q4Block::kQuants, x, dot);
        AddScaled(dot, LoadHalf(block + Q4Block::kScale), x, acc);
    }
    Store(task, acc);
}

template <int R>
void PanelQ4K(const PanelTask& task) {
    F acc[R] = {};
    const std::byte* super = task.panel;
    for (int64_t b = 0; b < task.x.blocks; super += Q4KBlock::kBytes) {
        const F d = LoadHalf(super + Q4KBlock::kScale), dmin = LoadHalf(super + Q4KBlock::kMin);
        const std::byte* sub = super + Q4KBlock::kSub;
        for (int s = 0; s < kSubBlocks; ++s, ++b, sub += Q4KBlock::kSubBytes) {
            const TileBlock<R> x(task.x, b);
            I dot[R];
            for (int r = 0; r < R; ++r) dot[r] = _mm512_setzero_si512();
            DotNibbles(sub + Q4KBlock::kSubQuants, x, dot);
            AddScaled(dot, _mm512_mul_ps(d, LoadByteFloats(sub + Q4KBlock::kSubScale)), x, acc);
            const F min = _mm512_mul_ps(dmin, LoadByteFloats(sub + Q4KBlock::kSubMin));
            for (int r = 0; r < R; ++r) {
                acc[r] = _mm512_fnmadd_ps(min, _mm512_set1_ps(x.scaled_sum[r]), acc[r]);
            }
        }
    }
    Store(task, acc);
}

// Four groups of 6 bits of which `low` has the first four in its nibbles `shift` up, `high` the
// last two.
template <int R>
void DotSix(const std::byte* low, int shift, I high, const TileBlock<R>& x, int first,
            I (&dot)[R]) {
    const I low_mask = _mm512_set1_epi8(15), high_mask = _mm512_set1_epi8(48);
    for (int g = 0; g < 4; ++g) {
        const I nibbles = _mm512_srl_epi16(LoadI(low + kGroupBytes * static_cast<size_t>(g)),
                                           _mm_cvtsi32_si128(shift));
        const I up =
            g < 2 ? _mm512_slli_epi16(high, 4 - 2 * g) : _mm512_srli_epi16(high, 2 * g - 4);
        const I w =
            _mm512_or_si512(_mm512_and_si512(nibbles, low_mask), _mm512_and_si512(up, high_mask));
        for (int r = 0; r < R; ++r) {
            dot[r] = _mm512_dpbusd_epi32(dot[r], w, Four(x.Four(first + g, r)));
        }
    }
}

// A sub-block of Q6_K: each half times its integer scale. All of it is below 2^24, exact in F32.
template <int R>
void SixBlock(const std::byte* sub, const TileBlock<R>& x, F (&sum)[R]) {
    const I pairs = _mm512_cvtepi8_epi16(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sub + Q6KBlock::kSubScales)));
    const F first_scale = _mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(pairs, 16), 16));
    const F last_scale = _mm512_cvtepi32_ps(_mm512_srai_epi32(pairs, 16));
    const std::byte* low = sub + Q6KBlock::kSubLow;
    const std::byte* high = sub + Q6KBlock::kSubHigh;
    I dot[R];
    for (int r = 0; r < R; ++r) dot[r] = SumTimes(x.sum16 + 2 * r, -32, 0);
    DotSix(low, 0, LoadI(high), x, 0, dot);
    for (int r = 0; r < R; ++r) sum[r] = _mm512_mul_ps(_mm512_cvtepi32_ps(dot[r]), first_scale);
    for (int r = 0; r < R; ++r) dot[r] = SumTimes(x.sum16 + 2 * r, 0, -32);
    DotSix(low, 4, LoadI(high + kGroupBytes), x, 4, dot);
    for (int r = 0; r < R; ++r) {
        sum[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[r]), last_scale, sum[r]);
    }
}

template <int R>
void PanelQ6K(const PanelTask& task) {
    F acc[R] = {};
    const std::byte* super = task.panel;
    for (int64_t b = 0; b < task.x.blocks; super += Q6KBlock::kBytes) {
        const F d = LoadHalf(super + Q6KBlock::kScale);
        const std::byte* sub = super + Q6KBlock::kSub;
        for (int s = 0; s < kSubBlocks; ++s, ++b, sub += Q6KBlock::kSubBytes) {
            const TileBlock<R> x(task.x, b);
            F sum[R];
            SixBlock(sub, x, sum);
            AddScaled(sum, d, x, acc);
        }
    }
    Store(task, acc);
}

template <int R>
void PanelQ8M(const PanelTask& task) {
    F acc[R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8MBlock::kBytes) {
        const TileBlock<R> x(task.x, b);
        I dot[R];
        for (int r = 0; r < R; ++r) dot[r] = SumTimes(x.sum16 + 2 * r, -128, -128);
        DotBytes<R, 8>(block + Q8MBlock::kQuants, x, 0, dot);
        AddScaled(dot, LoadF(block + Q8MBlock::kScale), x, acc);
        const F min = LoadF(block + Q8MBlock::kMin);
        for (int r = 0; r < R; ++r) {
            acc[r] = _mm512_fmadd_ps(min, _mm512_set1_ps(x.scaled_sum[r]), acc[r]);
        }
    }
    Store(task, acc);
}

template <int R>
void PanelQ8M16(const PanelTask& task) {
    F acc[R] = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8M16Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (int half = 0; half < 2; ++half) {
            const auto first = static_cast<int16_t>(half == 0 ? -128 : 0);
            I dot[R];
            for (int r = 0; r < R; ++r) {
                dot[r] = SumTimes(x.sum16 + 2 * r, first, static_cast<int16_t>(-128 - first));
            }
            DotBytes<R, 4>(block + Q8M16Block::kQuants + half * 4 * kGroupBytes, x, 4 * half, dot);
            AddScaled(dot, LoadF(block + Q8M16Block::kScale + half * kFloats), x, acc);
            const F min = LoadF(block + Q8M16Block::kMin + half * kFloats);
            for (int r = 0; r < R; ++r) {
                const float sum = x.scale[r] * static_cast<float>(x.sum16[2 * r + half]);
                acc[r] = _mm512_fmadd_ps(min, _mm512_set1_ps(sum), acc[r]);
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

using PanelFunction = void (*)(WeightLayout, const PanelTask&);
constexpr PanelFunction kByRows[kRowTileAvx512] = {Panel<1>, Panel<2>, Panel<3>, Panel<4>,
                                                   Panel<5>, Panel<6>, Panel<7>, Panel<8>};

}  // namespace

void RunPanelAvx512(WeightLayout layout, const PanelTask& task) {
    kByRows[task.x.rows - 1](layout, task);
}

}  // namespace argosy
