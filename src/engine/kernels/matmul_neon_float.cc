// The NEON set: float layouts, rounding of activations, and the set itself. Sums are kept in eight
// lanes, as on AVX2 and in the portable kernels, so that those three give the same bits.
#include <arm_neon.h>

#include <cstring>

#include "engine/kernels/matmul_neon.h"

namespace argosy {

namespace {

constexpr int kFloatRowsNeon = 2;

struct F {
    float32x4_t low, high;
};

F Zero() { return {vdupq_n_f32(0), vdupq_n_f32(0)}; }
F LoadF(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4)}; }
F MulAdd(F w, F x, F acc) {
    return {vfmaq_f32(acc.low, w.low, x.low), vfmaq_f32(acc.high, w.high, x.high)};
}

struct AsF32 {
    using Stored = float;
    static F Load(const float* p) { return LoadF(p); }
};
struct AsF16 {
    using Stored = uint16_t;
    static F Load(const uint16_t* p) {
        const float16x8_t halves = vreinterpretq_f16_u16(vld1q_u16(p));
        return {vcvt_f32_f16(vget_low_f16(halves)), vcvt_high_f32_f16(halves)};
    }
};
struct AsBF16 {
    using Stored = uint16_t;
    static F Load(const uint16_t* p) {
        const uint16x8_t bits = vld1q_u16(p);
        return {vreinterpretq_f32_u32(vshll_n_u16(vget_low_u16(bits), 16)),
                vreinterpretq_f32_u32(vshll_high_n_u16(bits, 16))};
    }
};

// (a + c) + (b + d) of the lanes a = 0 + 4, b = 1 + 5, c = 2 + 6, d = 3 + 7.
float Sum(F v) {
    const float32x4_t four = vaddq_f32(v.low, v.high);
    const float32x2_t two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
    return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
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
    F acc[R][O];
    for (auto& row : acc) {
        for (F& sum : row) sum = Zero();
    }
    int64_t k = 0;
    for (; k + 8 <= task.in; k += 8) {
        for (int o = 0; o < O; ++o) {
            const F weight = As::Load(w[o] + k);
            for (int r = 0; r < R; ++r) {
                acc[r][o] = MulAdd(weight, LoadF(task.x + r * task.ldx + k), acc[r][o]);
            }
        }
    }
    if (k < task.in) {
        for (int r = 0; r < R; ++r) {
            float x_space[8];
            const F x = LoadF(Padded(task.x + r * task.ldx + k, task.in - k, x_space));
            for (int o = 0; o < O; ++o) {
                Stored w_space[8];
                const F weight = As::Load(Padded(w[o] + k, task.in - k, w_space));
                acc[r][o] = MulAdd(weight, x, acc[r][o]);
            }
        }
    }
    for (int r = 0; r < R; ++r) {
        for (int o = 0; o < O; ++o) task.y[r * task.ldy + o] = Sum(acc[r][o]);
    }
}

template <typename As, int R>
void FloatRows(FloatTask task) {
    if (task.outs == kFloatOuts) return FloatTile<As, R, kFloatOuts>(task);
    for (; task.outs > 0; --task.outs, task.w += task.stride, ++task.y) FloatTile<As, R, 1>(task);
}

template <typename As>
void Floats(const FloatTask& task) {
    static_assert(kFloatRowsNeon == 2);
    task.rows == 1 ? FloatRows<As, 1>(task) : FloatRows<As, 2>(task);
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

void QuantizeBlock(const float* x, const QuantizedTile& tile, int64_t b, int row) {
    float32x4_t largest = vdupq_n_f32(0);
    for (int i = 0; i < kGroups; ++i) largest = vmaxq_f32(largest, vabsq_f32(vld1q_f32(x + 4 * i)));
    const float amax = vmaxvq_f32(largest);
    const float inverse = amax > 0 ? 127.0F / amax : 0.0F;
    const int64_t at = tile.At(b, row);
    int32x4_t sums[2] = {vdupq_n_s32(0), vdupq_n_s32(0)};
    for (int g = 0; g < kGroups; ++g) {
        const int32x4_t q = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(x + 4 * g), inverse));
        sums[g / 4] = vaddq_s32(sums[g / 4], q);
        const int16x4_t narrow = vmovn_s32(q);
        const int8x8_t bytes = vmovn_s16(vcombine_s16(narrow, narrow));
        std::memcpy(tile.Group(b, g, row), &bytes, 4);
    }
    const int first = vaddvq_s32(sums[0]), last = vaddvq_s32(sums[1]);
    tile.sum16[2 * at] = static_cast<int16_t>(first);
    tile.sum16[2 * at + 1] = static_cast<int16_t>(last);
    tile.scale[at] = amax / 127.0F;
    tile.scaled_sum[at] = tile.scale[at] * static_cast<float>(first + last);
}

void QuantizeRow(const float* x, const QuantizedTile& tile, int row) {
    for (int64_t b = 0; b < tile.blocks; ++b) QuantizeBlock(x + b * kBlock, tile, b, row);
}

}  // namespace

const MatrixKernels kNeonKernels{
    .name = "neon-dot",
    .row_tile = 4,
    .float_rows = kFloatRowsNeon,
    .quantize_row = QuantizeRow,
    .panel = RunPanelNeon,
    .floats = RunFloat,
};

}  // namespace argosy
