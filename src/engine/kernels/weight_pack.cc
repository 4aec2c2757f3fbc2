#include "engine/kernels/weight_pack.h"

#include <cstring>

#include "model/half.h"
#include "model/quant_blocks.h"

namespace argosy {

namespace {

// 32 elements of a row as the layouts need them: quants, and what scales them. `scale` and `min`
// are of the first and the last 16; the K layouts keep integer scales beside the row's F16.
struct Slice {
    int8_t q[32];
    float scale[2], min[2];
    int sub_scale[2], sub_min;
};

void Legacy(Slice& s, float d, float m) {
    s.scale[0] = s.scale[1] = d;
    s.min[0] = s.min[1] = m;
}

template <typename Block>
Block Read(const std::byte* row, int64_t index) {
    Block block;
    std::memcpy(&block, row + index * static_cast<int64_t>(sizeof(Block)), sizeof(Block));
    return block;
}

void Nibbles(const uint8_t* qs, int offset, int8_t* q) {
    for (int j = 0; j < 16; ++j) {
        q[j] = static_cast<int8_t>((qs[j] & 15) - offset);
        q[j + 16] = static_cast<int8_t>((qs[j] >> 4) - offset);
    }
}

void FifthBits(const uint8_t* qh, int8_t* q) {
    for (int j = 0; j < 32; ++j) {
        q[j] = static_cast<int8_t>(q[j] + (((qh[j / 8] >> (j % 8)) & 1) << 4));
    }
}

// `sub`: which 32 of the 256.
void FromQ2K(const BlockQ2_K& b, int sub, Slice& s) {
    for (int half = 0; half < 2; ++half) {
        const uint8_t packed = b.scales[2 * sub + half];
        s.scale[half] = HalfToFloat(b.d) * static_cast<float>(packed & 15);
        s.min[half] = -HalfToFloat(b.dmin) * static_cast<float>(packed >> 4);
        const uint8_t* qs = b.qs + 32 * (sub / 4) + 16 * half;
        for (int j = 0; j < 16; ++j) {
            s.q[16 * half + j] = static_cast<int8_t>((qs[j] >> (2 * (sub % 4))) & 3);
        }
    }
}

void FromQ3K(const BlockQ3_K& b, int sub, Slice& s) {
    for (int half = 0; half < 2; ++half) {
        s.scale[half] =
            HalfToFloat(b.d) * static_cast<float>(UnpackQ3Scale(b.scales, 2 * sub + half) - 32);
        s.min[half] = 0;
        const uint8_t* qs = b.qs + 32 * (sub / 4) + 16 * half;
        const uint8_t* high = b.hmask + 16 * half;
        for (int j = 0; j < 16; ++j) {
            const int offset = (high[j] >> sub) & 1 ? 0 : 4;
            s.q[16 * half + j] = static_cast<int8_t>(((qs[j] >> (2 * (sub % 4))) & 3) - offset);
        }
    }
}

// Q4_K and Q5_K have the same scales and low bits.
template <typename Block>
void FromQ45K(const Block& b, int sub, Slice& s) {
    uint8_t scale, min;
    UnpackScaleMin(b.scales, sub, scale, min);
    s.sub_scale[0] = s.sub_scale[1] = scale;
    s.sub_min = min;
    Legacy(s, HalfToFloat(b.d) * static_cast<float>(scale),
           -HalfToFloat(b.dmin) * static_cast<float>(min));
    const uint8_t* qs = b.qs + 32 * (sub / 2);
    for (int j = 0; j < 32; ++j) s.q[j] = static_cast<int8_t>((qs[j] >> (4 * (sub % 2))) & 15);
}

void FromQ6K(const BlockQ6_K& b, int sub, Slice& s) {
    const int group = sub / 4, part = sub % 4;
    const uint8_t* ql = b.ql + 64 * group + 32 * (part % 2);
    const uint8_t* qh = b.qh + 32 * group;
    for (int j = 0; j < 32; ++j) {
        s.q[j] = static_cast<int8_t>(((ql[j] >> (4 * (part / 2))) & 15) |
                                     (((qh[j] >> (2 * part)) & 3) << 4));
    }
    s.sub_scale[0] = b.scales[2 * sub];
    s.sub_scale[1] = b.scales[2 * sub + 1];
}

void ReadSlice(DType type, const std::byte* row, int64_t block, Slice& s) {
    const int64_t super = block / kSubBlocks;
    const int sub = static_cast<int>(block % kSubBlocks);
    switch (type) {
        case DType::kQ8_0: {
            const auto b = Read<BlockQ8_0>(row, block);
            std::memcpy(s.q, b.qs, sizeof s.q);
            return Legacy(s, HalfToFloat(b.d), 0);
        }
        case DType::kIQ4_NL: {
            const auto b = Read<BlockIQ4_NL>(row, block);
            Nibbles(b.qs, 0, s.q);
            for (int8_t& q : s.q) q = kIQ4NLValues[q];
            return Legacy(s, HalfToFloat(b.d), 0);
        }
        case DType::kQ4_0: {
            const auto b = Read<BlockQ4_0>(row, block);
            Nibbles(b.qs, 0, s.q);  // the offset of 8 is the kernel's
            return Legacy(s, HalfToFloat(b.d), 0);
        }
        case DType::kQ4_1: {
            const auto b = Read<BlockQ4_1>(row, block);
            Nibbles(b.qs, 0, s.q);
            return Legacy(s, HalfToFloat(b.d), HalfToFloat(b.m));
        }
        case DType::kQ5_0: {
            const auto b = Read<BlockQ5_0>(row, block);
            Nibbles(b.qs, 16, s.q);
            FifthBits(b.qh, s.q);
            return Legacy(s, HalfToFloat(b.d), 0);
        }
        case DType::kQ5_1: {
            const auto b = Read<BlockQ5_1>(row, block);
            Nibbles(b.qs, 0, s.q);
            FifthBits(b.qh, s.q);
            return Legacy(s, HalfToFloat(b.d), HalfToFloat(b.m));
        }
        case DType::kQ2_K:
            return FromQ2K(Read<BlockQ2_K>(row, super), sub, s);
        case DType::kQ3_K:
            return FromQ3K(Read<BlockQ3_K>(row, super), sub, s);
        case DType::kQ4_K:
            return FromQ45K(Read<BlockQ4_K>(row, super), sub, s);
        case DType::kQ5_K: {
            const auto b = Read<BlockQ5_K>(row, super);
            FromQ45K(b, sub, s);
            for (int j = 0; j < 32; ++j) {
                s.q[j] = static_cast<int8_t>(s.q[j] | (((b.qh[j] >> sub) & 1) << 4));
            }
            return;
        }
        case DType::kQ6_K:
            return FromQ6K(Read<BlockQ6_K>(row, super), sub, s);
        default:
            return;
    }
}

std::byte* At(std::byte* base, size_t offset) { return base + offset; }

template <typename T>
void Put(std::byte* base, size_t index, T value) {
    std::memcpy(base + index * sizeof(T), &value, sizeof(T));
}

// Output o's `groups` groups of four bytes, each to its place in a vector.
void PutGroups(std::byte* vectors, int o, const int8_t* bytes, size_t groups) {
    for (size_t g = 0; g < groups; ++g) {
        std::memcpy(vectors + g * kGroupBytes + static_cast<size_t>(o) * 4, bytes + 4 * g, 4);
    }
}

void PutBytes(std::byte* quants, int o, const Slice& s) { PutGroups(quants, o, s.q, kGroups); }

void PutNibbles(std::byte* quants, int o, const Slice& s) {
    int8_t bytes[16];
    for (int k = 0; k < 16; ++k) {
        bytes[k] = static_cast<int8_t>((s.q[k] & 15) | ((s.q[k + 16] & 15) << 4));
    }
    PutGroups(quants, o, bytes, 4);
}

// The two high bits of 6-bit elements: four groups share a vector.
void PutHighBits(std::byte* high, int o, const Slice& s) {
    int8_t bytes[8];
    for (int k = 0; k < 8; ++k) {
        const int8_t* q = s.q + 16 * (k / 4) + k % 4;
        bytes[k] = static_cast<int8_t>((q[0] >> 4) | ((q[4] >> 4) << 2) | ((q[8] >> 4) << 4) |
                                       ((q[12] >> 4) << 6));
    }
    PutGroups(high, o, bytes, 2);
}

// The F16 scale that a block or super-block starts with; Q4_K and Q6_K have it elsewhere.
uint16_t HalfScale(DType type, const std::byte* row, int64_t block) {
    uint16_t bits;
    const DTypeTraits& traits = *FindDType(type);
    const int64_t index = block * kBlock / traits.block_elements;
    const std::byte* at = row + index * traits.block_bytes;
    if (type == DType::kQ6_K) at += offsetof(BlockQ6_K, d);
    if (type == DType::kQ4_K) at += offsetof(BlockQ4_K, d);
    std::memcpy(&bits, at, 2);
    return bits;
}

void PackBlock(WeightLayout layout, DType type, const std::byte* row, int64_t block, int o,
               std::byte* panel) {
    Slice s;
    ReadSlice(type, row, block, s);
    const auto sub = static_cast<size_t>(block % kSubBlocks);
    const auto super = static_cast<size_t>(block / kSubBlocks);
    const auto index = static_cast<size_t>(block), out = static_cast<size_t>(o);
    switch (layout) {
        case WeightLayout::kQ8: {
            std::byte* at = At(panel, index * Q8Block::kBytes);
            Put(at, out, HalfScale(type, row, block));
            return PutBytes(at + Q8Block::kQuants, o, s);
        }
        case WeightLayout::kQ4: {
            std::byte* at = At(panel, index * Q4Block::kBytes);
            Put(at, out, HalfScale(type, row, block));
            return PutNibbles(at + Q4Block::kQuants, o, s);
        }
        case WeightLayout::kQ4K: {
            std::byte* at = At(panel, super * Q4KBlock::kBytes);
            if (sub == 0) {
                const auto b = Read<BlockQ4_K>(row, static_cast<int64_t>(super));
                Put(at + Q4KBlock::kScale, out, b.d);
                Put(at + Q4KBlock::kMin, out, b.dmin);
            }
            at += Q4KBlock::kSub + sub * Q4KBlock::kSubBytes;
            Put(at + Q4KBlock::kSubScale, out, static_cast<uint8_t>(s.sub_scale[0]));
            Put(at + Q4KBlock::kSubMin, out, static_cast<uint8_t>(s.sub_min));
            return PutNibbles(at + Q4KBlock::kSubQuants, o, s);
        }
        case WeightLayout::kQ6K: {
            std::byte* at = At(panel, super * Q6KBlock::kBytes);
            if (sub == 0) Put(at + Q6KBlock::kScale, out, HalfScale(type, row, block));
            at += Q6KBlock::kSub + sub * Q6KBlock::kSubBytes;
            for (size_t half = 0; half < 2; ++half) {
                Put(at, 2 * out + half, static_cast<int8_t>(s.sub_scale[half]));
            }
            PutNibbles(at + Q6KBlock::kSubLow, o, s);
            return PutHighBits(at + Q6KBlock::kSubHigh, o, s);
        }
        case WeightLayout::kQ8M: {
            std::byte* at = At(panel, index * Q8MBlock::kBytes);
            Put(at + Q8MBlock::kScale, out, s.scale[0]);
            Put(at + Q8MBlock::kMin, out, s.min[0]);
            return PutBytes(at + Q8MBlock::kQuants, o, s);
        }
        case WeightLayout::kQ8M16: {
            std::byte* at = At(panel, index * Q8M16Block::kBytes);
            for (size_t half = 0; half < 2; ++half) {
                Put(at + Q8M16Block::kScale, kPanel * half + out, s.scale[half]);
                Put(at + Q8M16Block::kMin, kPanel * half + out, s.min[half]);
            }
            return PutBytes(at + Q8M16Block::kQuants, o, s);
        }
        default:
            return;
    }
}

}  // namespace

WeightLayout LayoutOf(DType type) {
    switch (type) {
        case DType::kF16:
            return WeightLayout::kF16;
        case DType::kBF16:
            return WeightLayout::kBF16;
        case DType::kQ8_0:
        case DType::kQ5_0:
        case DType::kIQ4_NL:
            return WeightLayout::kQ8;
        case DType::kQ4_0:
            return WeightLayout::kQ4;
        case DType::kQ4_K:
            return WeightLayout::kQ4K;
        case DType::kQ6_K:
            return WeightLayout::kQ6K;
        case DType::kQ4_1:
        case DType::kQ5_1:
        case DType::kQ5_K:
            return WeightLayout::kQ8M;
        case DType::kQ2_K:
        case DType::kQ3_K:
            return WeightLayout::kQ8M16;
        default:
            return WeightLayout::kF32;
    }
}

size_t PanelBytes(WeightLayout layout, int64_t in) {
    const auto blocks = static_cast<size_t>(in / kBlock);
    const auto supers = static_cast<size_t>(in / kSuperBlock);
    switch (layout) {
        case WeightLayout::kQ8:
            return blocks * Q8Block::kBytes;
        case WeightLayout::kQ4:
            return blocks * Q4Block::kBytes;
        case WeightLayout::kQ4K:
            return supers * Q4KBlock::kBytes;
        case WeightLayout::kQ6K:
            return supers * Q6KBlock::kBytes;
        case WeightLayout::kQ8M:
            return blocks * Q8MBlock::kBytes;
        case WeightLayout::kQ8M16:
            return blocks * Q8M16Block::kBytes;
        default:
            return 0;
    }
}

void PackPanel(DType type, std::span<const std::byte* const> rows, int64_t in, std::byte* panel) {
    const WeightLayout layout = LayoutOf(type);
    for (int64_t block = 0; block < in / kBlock; ++block) {
        for (size_t o = 0; o < rows.size(); ++o) {
            PackBlock(layout, type, rows[o], block, static_cast<int>(o), panel);
        }
    }
}

}  // namespace argosy
