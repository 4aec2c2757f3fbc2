// The kernels for CPUs without a set of their own: plain loops, in the same order as the others, so
// that quantised weights give the same bits.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "engine/kernels/matrix_kernels.h"
#include "model/half.h"

namespace argosy {

namespace {

template <typename T>
T Get(const std::byte* base, int64_t index) {
    T value;
    std::memcpy(&value, base + index * static_cast<int64_t>(sizeof(T)), sizeof(T));
    return value;
}

float GetHalf(const std::byte* base, int64_t index) {
    return HalfToFloat(Get<uint16_t>(base, index));
}

int ByteAt(const std::byte* quants, int o, int k) {
    return Get<int8_t>(quants, (k / 4) * 64 + o * 4 + k % 4);
}
int NibbleAt(const std::byte* quants, int o, int k) {
    const int byte = Get<uint8_t>(quants, (k % 16 / 4) * 64 + o * 4 + k % 4);
    return k < 16 ? byte & 15 : byte >> 4;
}
int HighAt(const std::byte* high, int o, int k) {
    const int group = k / 4;
    const int byte = Get<uint8_t>(high, 64 * (group / 4) + o * 4 + k % 4);
    return (byte >> (2 * (group % 4))) & 3;
}

template <typename At>
int Dot(const int8_t* x, int from, int to, At&& at) {
    int sum = 0;
    for (int k = from; k < to; ++k) sum += at(k) * x[k];
    return sum;
}

// Block b of output o and row r, added to acc.
float Block(WeightLayout layout, const std::byte* panel, const QuantizedTile& x, int64_t b, int r,
            int o, float acc) {
    int8_t q[kBlock];
    for (int group = 0; group < kGroups; ++group) {
        std::memcpy(q + 4 * group, x.Group(b, group, r), 4);
    }
    const float xs = x.scale[x.At(b, r)], scaled_sum = x.scaled_sum[x.At(b, r)];
    const int16_t* sums = x.sum16 + 2 * x.At(b, r);
    const int sum = sums[0] + sums[1];
    const auto bytes = [&](size_t size) { return panel + static_cast<size_t>(b) * size; };
    const auto super = static_cast<size_t>(b / kSubBlocks),
               sub = static_cast<size_t>(b % kSubBlocks);
    const auto f = [](int value) { return static_cast<float>(value); };
    switch (layout) {
        case WeightLayout::kQ8: {
            const std::byte* at = bytes(Q8Block::kBytes);
            const int dot =
                Dot(q, 0, 32, [&](int k) { return ByteAt(at + Q8Block::kQuants, o, k); });
            return std::fma(f(dot), GetHalf(at, o) * xs, acc);
        }
        case WeightLayout::kQ4: {
            const std::byte* at = bytes(Q4Block::kBytes);
            const int dot =
                Dot(q, 0, 32, [&](int k) { return NibbleAt(at + Q4Block::kQuants, o, k); });
            return std::fma(f(dot - 8 * sum), GetHalf(at, o) * xs, acc);
        }
        case WeightLayout::kQ4K: {
            const std::byte* at = panel + super * Q4KBlock::kBytes;
            const std::byte* s = at + Q4KBlock::kSub + sub * Q4KBlock::kSubBytes;
            const int dot =
                Dot(q, 0, 32, [&](int k) { return NibbleAt(s + Q4KBlock::kSubQuants, o, k); });
            const float scale =
                GetHalf(at + Q4KBlock::kScale, o) * f(Get<uint8_t>(s + Q4KBlock::kSubScale, o));
            const float min =
                GetHalf(at + Q4KBlock::kMin, o) * f(Get<uint8_t>(s + Q4KBlock::kSubMin, o));
            acc = std::fma(f(dot), scale * xs, acc);
            return std::fma(-min, scaled_sum, acc);
        }
        case WeightLayout::kQ6K: {
            const std::byte* at = panel + super * Q6KBlock::kBytes;
            const std::byte* s = at + Q6KBlock::kSub + sub * Q6KBlock::kSubBytes;
            const auto six = [&](int k) {
                return (NibbleAt(s + Q6KBlock::kSubLow, o, k) |
                        (HighAt(s + Q6KBlock::kSubHigh, o, k) << 4)) -
                       32;
            };
            const int dot = Dot(q, 0, 16, six) * Get<int8_t>(s, 2 * o) +
                            Dot(q, 16, 32, six) * Get<int8_t>(s, 2 * o + 1);
            return std::fma(f(dot), GetHalf(at, o) * xs, acc);
        }
        case WeightLayout::kQ8M: {
            const std::byte* at = bytes(Q8MBlock::kBytes);
            const int dot =
                Dot(q, 0, 32, [&](int k) { return ByteAt(at + Q8MBlock::kQuants, o, k); });
            acc = std::fma(f(dot), Get<float>(at + Q8MBlock::kScale, o) * xs, acc);
            return std::fma(Get<float>(at + Q8MBlock::kMin, o), scaled_sum, acc);
        }
        case WeightLayout::kQ8M16: {
            const std::byte* at = bytes(Q8M16Block::kBytes);
            for (int half = 0; half < 2; ++half) {
                const int dot = Dot(q, 16 * half, 16 * half + 16,
                                    [&](int k) { return ByteAt(at + Q8M16Block::kQuants, o, k); });
                const int64_t index = kPanel * half + o;
                acc = std::fma(f(dot), Get<float>(at + Q8M16Block::kScale, index) * xs, acc);
                acc = std::fma(Get<float>(at + Q8M16Block::kMin, index), xs * f(sums[half]), acc);
            }
            return acc;
        }
        default:
            return acc;
    }
}

void RunPanel(WeightLayout layout, const PanelTask& task) {
    for (int r = 0; r < task.x.rows; ++r) {
        for (int o = 0; o < task.outs; ++o) {
            float acc = 0;
            for (int64_t b = 0; b < task.x.blocks; ++b) {
                acc = Block(layout, task.panel, task.x, b, r, o, acc);
            }
            task.y[r * task.ldy + o] = acc;
        }
    }
}

void QuantizeRow(const float* x, const QuantizedTile& tile, int row) {
    for (int64_t b = 0; b < tile.blocks; ++b) {
        const float* in = x + b * kBlock;
        float amax = 0;
        for (int k = 0; k < kBlock; ++k) amax = std::max(amax, std::fabs(in[k]));
        const float inverse = amax > 0 ? 127.0F / amax : 0.0F;
        int sums[2] = {};
        for (int k = 0; k < kBlock; ++k) {
            const float rounded = std::nearbyint(in[k] * inverse);
            const int q = std::isfinite(rounded) ? static_cast<int>(rounded) : 0;
            tile.Group(b, k / 4, row)[k % 4] = static_cast<int8_t>(q);
            sums[k / 16] += q;
        }
        const int64_t at = tile.At(b, row);
        tile.scale[at] = amax / 127.0F;
        tile.sum16[2 * at] = static_cast<int16_t>(sums[0]);
        tile.sum16[2 * at + 1] = static_cast<int16_t>(sums[1]);
        tile.scaled_sum[at] = tile.scale[at] * static_cast<float>(sums[0] + sums[1]);
    }
}

float Element(WeightLayout layout, const std::byte* row, int64_t k) {
    if (layout == WeightLayout::kF16) return GetHalf(row, k);
    if (layout == WeightLayout::kF32) return Get<float>(row, k);
    return std::bit_cast<float>(uint32_t{Get<uint16_t>(row, k)} << 16);
}

// Eight sums, as vector lanes would have them, so that compilers can make lanes of them.
void RunFloat(WeightLayout layout, const FloatTask& task) {
    for (int o = 0; o < task.outs; ++o) {
        const std::byte* row = task.w + static_cast<size_t>(o) * task.stride;
        for (int r = 0; r < task.rows; ++r) {
            const float* x = task.x + r * task.ldx;
            float lanes[8] = {};
            for (int64_t k = 0; k < task.in; ++k) {
                lanes[k % 8] = std::fma(Element(layout, row, k), x[k], lanes[k % 8]);
            }
            const float a = lanes[0] + lanes[4], b = lanes[1] + lanes[5];
            const float c = lanes[2] + lanes[6], d = lanes[3] + lanes[7];
            task.y[r * task.ldy + o] = (a + c) + (b + d);
        }
    }
}

}  // namespace

const MatrixKernels kPortableKernels{
    .name = "portable",
    .row_tile = 4,
    .float_rows = 3,
    .quantize_row = QuantizeRow,
    .panel = RunPanel,
    .floats = RunFloat,
};

}  // namespace argosy
