#include <cstring>

#include "model/half.h"
#include "model/quant_blocks.h"
#include "model/quantize.h"

// A fused multiply-add would round once where the reference rounds twice.
#ifdef __clang__
#pragma clang fp contract(off)
#endif

namespace argosy {

namespace {

float ToFloat(int value) { return static_cast<float>(value); }

void Dequantize(const BlockQ8_0& b, float* y) {
    const float d = HalfToFloat(b.d);
    for (int j = 0; j < 32; ++j) y[j] = ToFloat(b.qs[j]) * d;
}

void Dequantize(const BlockQ4_0& b, float* y) {
    const float d = HalfToFloat(b.d);
    for (int j = 0; j < 16; ++j) {
        y[j] = d * ToFloat((b.qs[j] & 15) - 8);
        y[j + 16] = d * ToFloat((b.qs[j] >> 4) - 8);
    }
}

void Dequantize(const BlockQ4_1& b, float* y) {
    const float d = HalfToFloat(b.d), m = HalfToFloat(b.m);
    for (int j = 0; j < 16; ++j) {
        y[j] = d * ToFloat(b.qs[j] & 15) + m;
        y[j + 16] = d * ToFloat(b.qs[j] >> 4) + m;
    }
}

/// The 32 five-bit numbers of a Q5_0 or Q5_1 block.
void UnpackFiveBits(const uint8_t* qs, const uint8_t* qh, int* q) {
    for (int j = 0; j < 32; ++j) {
        const int low = j < 16 ? qs[j] & 15 : qs[j - 16] >> 4;
        q[j] = low | (((qh[j / 8] >> (j % 8)) & 1) << 4);
    }
}

void Dequantize(const BlockQ5_0& b, float* y) {
    const float d = HalfToFloat(b.d);
    int q[32];
    UnpackFiveBits(b.qs, b.qh, q);
    for (int j = 0; j < 32; ++j) y[j] = d * ToFloat(q[j] - 16);
}

void Dequantize(const BlockQ5_1& b, float* y) {
    const float d = HalfToFloat(b.d), m = HalfToFloat(b.m);
    int q[32];
    UnpackFiveBits(b.qs, b.qh, q);
    for (int j = 0; j < 32; ++j) y[j] = d * ToFloat(q[j]) + m;
}

void Dequantize(const BlockIQ4_NL& b, float* y) {
    const float d = HalfToFloat(b.d);
    for (int j = 0; j < 16; ++j) {
        y[j] = d * ToFloat(kIQ4NLValues[b.qs[j] & 15]);
        y[j + 16] = d * ToFloat(kIQ4NLValues[b.qs[j] >> 4]);
    }
}

void Dequantize(const BlockQ2_K& b, float* y) {
    const float d = HalfToFloat(b.d), dmin = HalfToFloat(b.dmin);
    for (int s = 0; s < 16; ++s) {
        const float scale = d * ToFloat(b.scales[s] & 15), min = dmin * ToFloat(b.scales[s] >> 4);
        const uint8_t* qs = b.qs + 32 * (s / 8) + 16 * (s % 2);
        const int shift = 2 * (s / 2 % 4);
        for (int j = 0; j < 16; ++j) y[16 * s + j] = scale * ToFloat((qs[j] >> shift) & 3) - min;
    }
}

void Dequantize(const BlockQ3_K& b, float* y) {
    const float d = HalfToFloat(b.d);
    for (int s = 0; s < 16; ++s) {
        const float scale = d * ToFloat(UnpackQ3Scale(b.scales, s) - 32);
        const uint8_t* qs = b.qs + 32 * (s / 8) + 16 * (s % 2);
        const uint8_t* high = b.hmask + 16 * (s % 2);
        const int shift = 2 * (s / 2 % 4);
        for (int j = 0; j < 16; ++j) {
            const int offset = (high[j] >> (s / 2)) & 1 ? 0 : 4;
            y[16 * s + j] = scale * ToFloat(((qs[j] >> shift) & 3) - offset);
        }
    }
}

void Dequantize(const BlockQ4_K& b, float* y) {
    const float d = HalfToFloat(b.d), dmin = HalfToFloat(b.dmin);
    for (int s = 0; s < 8; ++s) {
        uint8_t scale, min;
        UnpackScaleMin(b.scales, s, scale, min);
        const float ds = d * ToFloat(scale), ms = dmin * ToFloat(min);
        const uint8_t* qs = b.qs + 32 * (s / 2);
        const int shift = 4 * (s % 2);
        for (int j = 0; j < 32; ++j) y[32 * s + j] = ds * ToFloat((qs[j] >> shift) & 15) - ms;
    }
}

void Dequantize(const BlockQ5_K& b, float* y) {
    const float d = HalfToFloat(b.d), dmin = HalfToFloat(b.dmin);
    for (int s = 0; s < 8; ++s) {
        uint8_t scale, min;
        UnpackScaleMin(b.scales, s, scale, min);
        const float ds = d * ToFloat(scale), ms = dmin * ToFloat(min);
        const uint8_t* qs = b.qs + 32 * (s / 2);
        const int shift = 4 * (s % 2);
        for (int j = 0; j < 32; ++j) {
            const int q = ((qs[j] >> shift) & 15) | (((b.qh[j] >> s) & 1) << 4);
            y[32 * s + j] = ds * ToFloat(q) - ms;
        }
    }
}

void Dequantize(const BlockQ6_K& b, float* y) {
    const float d = HalfToFloat(b.d);
    for (int s = 0; s < 16; ++s) {
        const float scale = d * ToFloat(b.scales[s]);
        const int group = s / 8, part = s / 2 % 4, half = 16 * (s % 2);
        const uint8_t* ql = b.ql + 64 * group + 32 * (part % 2) + half;
        const uint8_t* qh = b.qh + 32 * group + half;
        for (int j = 0; j < 16; ++j) {
            const int low = (ql[j] >> (4 * (part / 2))) & 15, high = (qh[j] >> (2 * part)) & 3;
            y[16 * s + j] = scale * ToFloat((low | (high << 4)) - 32);
        }
    }
}

template <typename Block>
void DequantizeBlocks(std::span<const std::byte> src, std::span<float> dst) {
    const size_t count = src.size() / sizeof(Block), per_block = dst.size() / count;
    for (size_t i = 0; i < count; ++i) {
        Block block;
        std::memcpy(&block, src.data() + i * sizeof(Block), sizeof(Block));
        Dequantize(block, dst.data() + i * per_block);
    }
}

template <float (*Convert)(uint16_t)>
void Widen(std::span<const std::byte> src, std::span<float> dst) {
    for (size_t i = 0; i < dst.size(); ++i) {
        uint16_t bits;
        std::memcpy(&bits, src.data() + 2 * i, 2);
        dst[i] = Convert(bits);
    }
}

void FromInts(std::span<const std::byte> src, std::span<float> dst) {
    for (size_t i = 0; i < dst.size(); ++i) {
        int32_t value;
        std::memcpy(&value, src.data() + 4 * i, 4);
        dst[i] = static_cast<float>(value);
    }
}

using RowFunction = void (*)(std::span<const std::byte>, std::span<float>);

RowFunction FindRowFunction(DType type) {
    switch (type) {
        case DType::kF32:
            return [](std::span<const std::byte> src, std::span<float> dst) {
                std::memcpy(dst.data(), src.data(), src.size());
            };
        case DType::kF16:
            return Widen<HalfToFloat>;
        case DType::kBF16:
            return Widen<Bf16ToFloat>;
        case DType::kI32:
            return FromInts;
        case DType::kQ8_0:
            return DequantizeBlocks<BlockQ8_0>;
        case DType::kQ4_0:
            return DequantizeBlocks<BlockQ4_0>;
        case DType::kQ4_1:
            return DequantizeBlocks<BlockQ4_1>;
        case DType::kQ5_0:
            return DequantizeBlocks<BlockQ5_0>;
        case DType::kQ5_1:
            return DequantizeBlocks<BlockQ5_1>;
        case DType::kQ2_K:
            return DequantizeBlocks<BlockQ2_K>;
        case DType::kQ3_K:
            return DequantizeBlocks<BlockQ3_K>;
        case DType::kQ4_K:
            return DequantizeBlocks<BlockQ4_K>;
        case DType::kQ5_K:
            return DequantizeBlocks<BlockQ5_K>;
        case DType::kQ6_K:
            return DequantizeBlocks<BlockQ6_K>;
        case DType::kIQ4_NL:
            return DequantizeBlocks<BlockIQ4_NL>;
    }
    return nullptr;
}

}  // namespace

Result<void> DequantizeRow(DType type, std::span<const std::byte> src, std::span<float> dst) {
    const RowFunction function = FindRowFunction(type);
    if (function == nullptr) {
        return Err(ErrorCode::kUnsupported, "cannot dequantise type {}",
                   static_cast<uint32_t>(type));
    }
    const DTypeTraits& traits = *FindDType(type);
    if (dst.size() % traits.block_elements != 0 || src.size() != RowBytes(type, dst.size())) {
        return Err(ErrorCode::kInvalidArgument,
                   "{} elements of {} (blocks of {}) do not take {} bytes", dst.size(), traits.name,
                   traits.block_elements, src.size());
    }
    if (!dst.empty()) function(src, dst);
    return {};
}

}  // namespace argosy
