// Attention that never materialises its scores (FlashAttention's online softmax), over a paged KV
// cache or over plain K and V. Results do not depend on batch, chunking or threads: keys are always
// taken in the same fixed splits, merged in the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/kernels/matmul.h"
#include "engine/kernels/thread_pool.h"

namespace argosy {

/// How K and V are stored. kQ8_0: rows of head_dim as 32-element blocks {F16 scale, 32 int8} (34
/// bytes), so head_dim must be a multiple of 32.
enum class KvType : uint8_t { kF32, kF16, kQ8_0 };

/// Bytes of one head's K (or V) of one token. head_dim is a multiple of 8, at most 256.
size_t KvRowBytes(KvType type, int head_dim);

/// One layer of the cache. Block b, token t in it, head h of K is at
/// k + (((b * block_tokens) + t) * kv_heads + h) * KvRowBytes(type, head_dim); V alike.
struct KvLayer {
    std::byte* k = nullptr;
    std::byte* v = nullptr;
    KvType type = KvType::kF16;
    int block_tokens = 0;
    int kv_heads = 0;
    int head_dim = 0;
};

/// One sequence's query rows: `rows` consecutive tokens from absolute position `position`, whose
/// keys (theirs included) are in the cache blocks `blocks`, in logical order. Rows are taken in
/// order from the batch's q: a sequence's first row is the sum of the rows before it.
struct AttentionSequence {
    int rows = 0;
    int position = 0;
    std::span<const int32_t> blocks;
};

/// Writes K and V of the batch into the cache: k, v [rows][kv_heads * head_dim], rows of all
/// sequences in order, `ldk`/`ldv` floats apart.
void StoreKv(ThreadPool& pool, const KvLayer& layer, std::span<const AttentionSequence> sequences,
             const float* k, int64_t ldk, const float* v, int64_t ldv);

struct AttentionArgs {
    KvLayer layer;
    std::span<const AttentionSequence> sequences;
    int heads = 0;  // query heads, a multiple of layer.kv_heads (GQA)
    const float* q = nullptr;
    int64_t ldq = 0;  // q [rows][heads * head_dim], after RoPE, unscaled
    float* out = nullptr;
    int64_t ldo = 0;    // [rows][heads * head_dim]
    float scale = 1;    // of the dot product, usually 1/sqrt(head_dim)
    float softcap = 0;  // > 0: scores become softcap * tanh(score / softcap)
    int window = 0;     // > 0: a token sees itself and the window - 1 before it
};

/// Causal attention of every row to its sequence's keys at positions <= its own.
void PagedAttention(ThreadPool& pool, const AttentionArgs& args, Workspace& workspace);

/// Attention within whole inputs without a cache, for encoders and embeddings.
struct DenseAttentionArgs {
    const float* q = nullptr;  // [rows][heads * head_dim]
    const float* k = nullptr;  // [rows][kv_heads * head_dim]
    const float* v = nullptr;  // [rows][kv_heads * head_dim]
    float* out = nullptr;      // [rows][heads * head_dim]
    int64_t ldq = 0, ldk = 0, ldv = 0, ldo = 0;
    std::span<const int> lengths;  // rows of each input; inputs follow each other
    int heads = 0, kv_heads = 0, head_dim = 0;
    float scale = 1;
    float softcap = 0;
    /// > 0 and causal: as above. > 0 and not causal: |i - j| <= window / 2.
    int window = 0;
    bool causal = false;
};

void DenseAttention(ThreadPool& pool, const DenseAttentionArgs& args, Workspace& workspace);

}  // namespace argosy
