#include "engine/transformer/kv_cache.h"

#include <cstring>
#include <new>

#include "base/text.h"

namespace argosy {

Result<KvType> ParseKvType(const std::string& name, int head_dim) {
    if (name == "f16") return KvType::kF16;
    if (name == "f32") return KvType::kF32;
    if (name != "q8_0") {
        return Err(ErrorCode::kInvalidArgument,
                   "the KV cache type is '{}', must be f16, q8_0 or f32", name);
    }
    if (head_dim % 32 == 0) return KvType::kQ8_0;
    return Err(
        ErrorCode::kInvalidArgument,
        "a KV cache of q8_0 needs heads of a multiple of 32 elements; these have {}: use f16",
        head_dim);
}

int64_t KvCache::TokenBytes(const Architecture& a, KvType type) {
    return int64_t{2} * a.layers * a.kv_heads * static_cast<int64_t>(KvRowBytes(type, a.head_dim));
}

size_t KvCache::BlockBytes() const {
    return static_cast<size_t>(block_tokens_) * static_cast<size_t>(kv_heads_) *
           KvRowBytes(type_, head_dim_);
}

Result<void> KvCache::Allocate(int32_t blocks) {
    buffer_ = {};
    const size_t bytes =
        BlockBytes() * static_cast<size_t>(blocks) * 2 * static_cast<size_t>(layers_);
    try {
        buffer_ = AlignedBuffer(bytes);
    } catch (const std::bad_alloc&) {
        return Err(ErrorCode::kResourceExhausted,
                   "no memory for a KV cache of {}: choose a smaller one with --kv-cache",
                   FormatBytes(bytes));
    }
    blocks_ = blocks;
    return {};
}

KvLayer KvCache::layer(int index) {
    const size_t half = BlockBytes() * static_cast<size_t>(blocks_);
    std::byte* k = buffer_.data() + 2 * half * static_cast<size_t>(index);
    return {k, k + half, type_, block_tokens_, kv_heads_, head_dim_};
}

void KvCache::Copy(int32_t from, int32_t to) {
    const size_t bytes = BlockBytes();
    for (int i = 0; i < layers_; ++i) {
        const KvLayer one = layer(i);
        for (std::byte* base : {one.k, one.v}) {
            std::memcpy(base + static_cast<size_t>(to) * bytes,
                        base + static_cast<size_t>(from) * bytes, bytes);
        }
    }
}

}  // namespace argosy
