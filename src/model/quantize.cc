#include "model/quantize.h"

#include <cmath>
#include <cstring>
#include <mutex>
#include <vector>

#include "model/half.h"
#include "model/parallel_rows.h"
#include "model/quantize_blocks.h"

namespace argosy {

namespace {

bool AllFinite(const float* x, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        if (!std::isfinite(x[i])) return false;
    }
    return true;
}

template <typename Block>
void QuantizeBlocks(std::span<const float> src, std::span<std::byte> dst) {
    const size_t count = dst.size() / sizeof(Block), per_block = src.size() / count;
    const std::vector<float> zeros(per_block);
    for (size_t i = 0; i < count; ++i) {
        const float* x = src.data() + i * per_block;
        Block block;
        QuantizeBlock(AllFinite(x, per_block) ? x : zeros.data(), block);
        std::memcpy(dst.data() + i * sizeof(Block), &block, sizeof(Block));
    }
}

template <uint16_t (*Convert)(float)>
void Narrow(std::span<const float> src, std::span<std::byte> dst) {
    for (size_t i = 0; i < src.size(); ++i) {
        const uint16_t bits = Convert(src[i]);
        std::memcpy(dst.data() + 2 * i, &bits, 2);
    }
}

using RowFunction = void (*)(std::span<const float>, std::span<std::byte>);

RowFunction FindRowFunction(DType type) {
    switch (type) {
        case DType::kF32:
            return [](std::span<const float> src, std::span<std::byte> dst) {
                std::memcpy(dst.data(), src.data(), dst.size());
            };
        case DType::kF16:
            return Narrow<FloatToHalf>;
        case DType::kBF16:
            return Narrow<FloatToBf16>;
        case DType::kQ8_0:
            return QuantizeBlocks<BlockQ8_0>;
        case DType::kQ4_0:
            return QuantizeBlocks<BlockQ4_0>;
        case DType::kQ4_1:
            return QuantizeBlocks<BlockQ4_1>;
        case DType::kQ5_0:
            return QuantizeBlocks<BlockQ5_0>;
        case DType::kQ5_1:
            return QuantizeBlocks<BlockQ5_1>;
        case DType::kQ2_K:
            return QuantizeBlocks<BlockQ2_K>;
        case DType::kQ3_K:
            return QuantizeBlocks<BlockQ3_K>;
        case DType::kQ4_K:
            return QuantizeBlocks<BlockQ4_K>;
        case DType::kQ5_K:
            return QuantizeBlocks<BlockQ5_K>;
        case DType::kQ6_K:
            return QuantizeBlocks<BlockQ6_K>;
        case DType::kIQ4_NL:
            return QuantizeBlocks<BlockIQ4_NL>;
        case DType::kI32:
            return nullptr;
    }
    return nullptr;
}

}  // namespace

size_t RowBytes(DType type, size_t elements) {
    const DTypeTraits* traits = FindDType(type);
    return traits == nullptr ? 0 : elements / traits->block_elements * traits->block_bytes;
}

Result<void> QuantizeRow(DType type, std::span<const float> src, std::span<std::byte> dst) {
    const RowFunction function = FindRowFunction(type);
    if (function == nullptr) {
        return Err(ErrorCode::kUnsupported, "cannot quantise to type {}",
                   static_cast<uint32_t>(type));
    }
    const DTypeTraits& traits = *FindDType(type);
    if (src.size() % traits.block_elements != 0 || dst.size() != RowBytes(type, src.size())) {
        return Err(ErrorCode::kInvalidArgument,
                   "{} elements of {} (blocks of {}) do not take {} bytes", src.size(), traits.name,
                   traits.block_elements, dst.size());
    }
    if (!src.empty()) function(src, dst);
    return {};
}

Result<void> RequantizeRows(DType from, std::span<const std::byte> src, DType to,
                            std::span<std::byte> dst, size_t columns, int threads) {
    const size_t from_bytes = RowBytes(from, columns), to_bytes = RowBytes(to, columns);
    if (from_bytes == 0 || to_bytes == 0 || src.size() % from_bytes != 0 ||
        dst.size() != src.size() / from_bytes * to_bytes) {
        return Err(ErrorCode::kInvalidArgument, "{} bytes of type {} are no rows of {} elements",
                   src.size(), static_cast<uint32_t>(from), columns);
    }
    std::mutex mutex;  // guards `first_error`
    Result<void> first_error;
    const size_t chunk = 1 + (1u << 16) / columns;
    ParallelRows(src.size() / from_bytes, chunk, threads, [&](size_t begin, size_t end) {
        std::vector<float> row(columns);
        for (size_t r = begin; r < end; ++r) {
            auto done = DequantizeRow(from, src.subspan(r * from_bytes, from_bytes), row);
            if (done) done = QuantizeRow(to, row, dst.subspan(r * to_bytes, to_bytes));
            if (!done) {
                const std::scoped_lock lock(mutex);
                first_error = std::move(done);
                return;
            }
        }
    });
    return first_error;
}

}  // namespace argosy
