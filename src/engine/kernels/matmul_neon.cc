// The kernels for Arm with the dot-product extension (Armv8.2 and later: Graviton 2, Ampere, Apple
// M1), quantised layouts: SDOT makes four outputs of four inputs each. A panel is four vectors
// wide: quarter q holds outputs 4q to 4q + 3. Rows of a tile lie side by side, so that one load has
// the inputs of all four.
#include "engine/kernels/matmul_neon.h"

#include <arm_neon.h>

#include <cstring>

#include "engine/kernels/matrix_kernels.h"

namespace argosy {

namespace {

constexpr int kQuarters = 4;
constexpr size_t kVector = 16;  // bytes

int8x16_t LoadBytes(const std::byte* p) { return vld1q_s8(reinterpret_cast<const int8_t*>(p)); }
float32x4_t LoadF(const std::byte* p) { return vld1q_f32(reinterpret_cast<const float*>(p)); }
float32x4_t LoadHalf(const std::byte* p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(reinterpret_cast<const uint16_t*>(p))));
}
float32x4_t LoadByteFloats(const std::byte* p) {
    uint32_t four;
    std::memcpy(&four, p, 4);
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(four)))));
}

// The four inputs of a group, in each row of the tile.
template <int R>
int8x16_t Inputs(const TileBlock<R>& x, int group) {
    alignas(16) int8_t bytes[kVector] = {};
    std::memcpy(bytes, x.Four(group, 0), 4 * R);
    return vld1q_s8(bytes);
}
template <>
int8x16_t Inputs(const TileBlock<4>& x, int group) {
    return vld1q_s8(x.Four(group, 0));
}

// dot[r] += w * the inputs of row r
template <int R>
void AddDot(int8x16_t w, int8x16_t inputs, int32x4_t (&dot)[R]) {
    dot[0] = vdotq_laneq_s32(dot[0], w, inputs, 0);
    if constexpr (R > 1) dot[1] = vdotq_laneq_s32(dot[1], w, inputs, 1);
    if constexpr (R > 2) dot[2] = vdotq_laneq_s32(dot[2], w, inputs, 2);
    if constexpr (R > 3) dot[3] = vdotq_laneq_s32(dot[3], w, inputs, 3);
}

template <int R>
using Sums = float32x4_t[kQuarters][R];

template <int R>
void Clear(int32x4_t (&dot)[R]) {
    for (int r = 0; r < R; ++r) dot[r] = vdupq_n_s32(0);
}

template <int R>
void Store(const PanelTask& task, const Sums<R>& acc) {
    for (int r = 0; r < R; ++r) {
        float lanes[kPanel];
        for (int q = 0; q < kQuarters; ++q) vst1q_f32(lanes + 4 * q, acc[q][r]);
        std::memcpy(task.y + r * task.ldy, lanes, static_cast<size_t>(task.outs) * sizeof(float));
    }
}

// acc += dot * (scale * the row's scale)
template <int R>
void AddScaled(const int32x4_t (&dot)[R], float32x4_t scale, const TileBlock<R>& x,
               float32x4_t (&acc)[R]) {
    for (int r = 0; r < R; ++r) {
        acc[r] = vfmaq_f32(acc[r], vcvtq_f32_s32(dot[r]), vmulq_n_f32(scale, x.scale[r]));
    }
}

template <int R>
void DotBytes(const std::byte* quants, const TileBlock<R>& x, int first, int groups,
              int32x4_t (&dot)[R]) {
    Clear(dot);
    for (int g = 0; g < groups; ++g) {
        AddDot(LoadBytes(quants + kGroupBytes * static_cast<size_t>(g)), Inputs(x, first + g), dot);
    }
}

template <int R>
void DotNibbles(const std::byte* quants, const TileBlock<R>& x, int32x4_t (&dot)[R]) {
    Clear(dot);
    for (int g = 0; g < 4; ++g) {
        const auto w =
            vreinterpretq_u8_s8(LoadBytes(quants + kGroupBytes * static_cast<size_t>(g)));
        AddDot(vreinterpretq_s8_u8(vandq_u8(w, vdupq_n_u8(15))), Inputs(x, g), dot);
        AddDot(vreinterpretq_s8_u8(vshrq_n_u8(w, 4)), Inputs(x, g + 4), dot);
    }
}

template <int R>
void PanelQ8(const PanelTask& task) {
    Sums<R> acc = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (size_t q = 0; q < kQuarters; ++q) {
            int32x4_t dot[R];
            DotBytes(block + Q8Block::kQuants + kVector * q, x, 0, 8, dot);
            AddScaled(dot, LoadHalf(block + Q8Block::kScale + 8 * q), x, acc[q]);
        }
    }
    Store<R>(task, acc);
}

template <int R>
void PanelQ4(const PanelTask& task) {
    Sums<R> acc = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q4Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (size_t q = 0; q < kQuarters; ++q) {
            int32x4_t dot[R];
            DotNibbles(block + Q4Block::kQuants + kVector * q, x, dot);
            for (int r = 0; r < R; ++r) {
                const int offset = 8 * (x.sum16[2 * r] + x.sum16[2 * r + 1]);
                dot[r] = vsubq_s32(dot[r], vdupq_n_s32(offset));
            }
            AddScaled(dot, LoadHalf(block + Q4Block::kScale + 8 * q), x, acc[q]);
        }
    }
    Store<R>(task, acc);
}

template <int R>
void PanelQ4K(const PanelTask& task) {
    Sums<R> acc = {};
    const std::byte* super = task.panel;
    for (int64_t b = 0; b < task.x.blocks; super += Q4KBlock::kBytes) {
        const std::byte* sub = super + Q4KBlock::kSub;
        for (int s = 0; s < kSubBlocks; ++s, ++b, sub += Q4KBlock::kSubBytes) {
            const TileBlock<R> x(task.x, b);
            for (size_t q = 0; q < kQuarters; ++q) {
                int32x4_t dot[R];
                DotNibbles(sub + Q4KBlock::kSubQuants + kVector * q, x, dot);
                const float32x4_t scale =
                    vmulq_f32(LoadHalf(super + Q4KBlock::kScale + 8 * q),
                              LoadByteFloats(sub + Q4KBlock::kSubScale + 4 * q));
                AddScaled(dot, scale, x, acc[q]);
                const float32x4_t min = vmulq_f32(LoadHalf(super + Q4KBlock::kMin + 8 * q),
                                                  LoadByteFloats(sub + Q4KBlock::kSubMin + 4 * q));
                for (int r = 0; r < R; ++r) {
                    acc[q][r] = vfmsq_f32(acc[q][r], min, vdupq_n_f32(x.scaled_sum[r]));
                }
            }
        }
    }
    Store<R>(task, acc);
}

// One half (16 inputs) of a Q6_K sub-block: four groups, of which `low` has four bits in its
// nibbles `shift` up, `high` two, from bit 0 on.
template <int R>
void DotSix(const std::byte* low, int shift, uint8x16_t high, const TileBlock<R>& x, int first,
            int32x4_t (&dot)[R]) {
    Clear(dot);
    for (int g = 0; g < 4; ++g) {
        const auto bits =
            vreinterpretq_u8_s8(LoadBytes(low + kGroupBytes * static_cast<size_t>(g)));
        const uint8x16_t nibbles =
            vandq_u8(vshlq_u8(bits, vdupq_n_s8(static_cast<int8_t>(-shift))), vdupq_n_u8(15));
        const uint8x16_t up =
            vandq_u8(vshlq_u8(high, vdupq_n_s8(static_cast<int8_t>(-2 * g))), vdupq_n_u8(3));
        const uint8x16_t w = vorrq_u8(nibbles, vshlq_n_u8(up, 4));
        AddDot(vreinterpretq_s8_u8(w), Inputs(x, first + g), dot);
    }
}

// Quarter q of a sub-block: each half, its offset of 32 taken off, times its integer scale.
template <int R>
void SixBlock(const std::byte* sub, size_t q, const TileBlock<R>& x, int32x4_t (&sum)[R]) {
    const std::byte* low = sub + Q6KBlock::kSubLow + kVector * q;
    const std::byte* high = sub + Q6KBlock::kSubHigh + kVector * q;
    int8_t pairs[8];
    std::memcpy(pairs, sub + Q6KBlock::kSubScales + 8 * q, 8);
    const int16x8_t scales = vmovl_s8(vld1_s8(pairs));  // of output o: first half, last half
    const int16x8x2_t apart = vuzpq_s16(scales, scales);
    Clear(sum);
    for (int half = 0; half < 2; ++half) {
        const int32x4_t scale = vmovl_s16(vget_low_s16(apart.val[half]));
        int32x4_t dot[R];
        DotSix(low, 4 * half,
               vreinterpretq_u8_s8(LoadBytes(high + static_cast<size_t>(half) * kGroupBytes)), x,
               4 * half, dot);
        for (int r = 0; r < R; ++r) {
            const int32x4_t offset = vdupq_n_s32(32 * x.sum16[2 * r + half]);
            sum[r] = vmlaq_s32(sum[r], vsubq_s32(dot[r], offset), scale);
        }
    }
}

template <int R>
void PanelQ6K(const PanelTask& task) {
    Sums<R> acc = {};
    const std::byte* super = task.panel;
    for (int64_t b = 0; b < task.x.blocks; super += Q6KBlock::kBytes) {
        const std::byte* sub = super + Q6KBlock::kSub;
        for (int s = 0; s < kSubBlocks; ++s, ++b, sub += Q6KBlock::kSubBytes) {
            const TileBlock<R> x(task.x, b);
            for (size_t q = 0; q < kQuarters; ++q) {
                int32x4_t sum[R];
                SixBlock(sub, q, x, sum);
                AddScaled(sum, LoadHalf(super + Q6KBlock::kScale + 8 * q), x, acc[q]);
            }
        }
    }
    Store<R>(task, acc);
}

template <int R>
void PanelQ8M(const PanelTask& task) {
    Sums<R> acc = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8MBlock::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (size_t q = 0; q < kQuarters; ++q) {
            int32x4_t dot[R];
            DotBytes(block + Q8MBlock::kQuants + kVector * q, x, 0, 8, dot);
            AddScaled(dot, LoadF(block + Q8MBlock::kScale + 16 * q), x, acc[q]);
            const float32x4_t min = LoadF(block + Q8MBlock::kMin + 16 * q);
            for (int r = 0; r < R; ++r) acc[q][r] = vfmaq_n_f32(acc[q][r], min, x.scaled_sum[r]);
        }
    }
    Store<R>(task, acc);
}

template <int R>
void PanelQ8M16(const PanelTask& task) {
    Sums<R> acc = {};
    const std::byte* block = task.panel;
    for (int64_t b = 0; b < task.x.blocks; ++b, block += Q8M16Block::kBytes) {
        const TileBlock<R> x(task.x, b);
        for (int half = 0; half < 2; ++half) {
            const std::byte* quants = block + Q8M16Block::kQuants + half * 4 * kGroupBytes;
            const std::byte* scales = block + Q8M16Block::kScale + half * kFloats;
            const std::byte* mins = block + Q8M16Block::kMin + half * kFloats;
            for (size_t q = 0; q < kQuarters; ++q) {
                int32x4_t dot[R];
                DotBytes(quants + kVector * q, x, 4 * half, 4, dot);
                AddScaled(dot, LoadF(scales + 16 * q), x, acc[q]);
                const float32x4_t min = LoadF(mins + 16 * q);
                for (int r = 0; r < R; ++r) {
                    const float sum = x.scale[r] * static_cast<float>(x.sum16[2 * r + half]);
                    acc[q][r] = vfmaq_n_f32(acc[q][r], min, sum);
                }
            }
        }
    }
    Store<R>(task, acc);
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

void RunPanelNeon(WeightLayout layout, const PanelTask& task) {
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
