// The paged KV cache of all layers. Single-threaded.
#pragma once

#include "base/error.h"
#include "engine/kernels/attention.h"
#include "engine/transformer/architecture.h"

namespace argosy {

/// "f16", "q8_0", "f32"; kInvalidArgument lists them, or says that head_dim does not fit.
Result<KvType> ParseKvType(const std::string& name, int head_dim);

class KvCache {
  public:
    KvCache(const Architecture& a, KvType type, int block_tokens)
        : layers_(a.layers),
          type_(type),
          block_tokens_(block_tokens),
          kv_heads_(a.kv_heads),
          head_dim_(a.head_dim) {}

    /// Bytes of one token in all layers, K and V.
    static int64_t TokenBytes(const Architecture& a, KvType type);

    /// Contents are lost. kResourceExhausted where the system has no such memory.
    Result<void> Allocate(int32_t blocks);
    void Release() { buffer_ = {}; }
    bool allocated() const { return buffer_.bytes() > 0; }
    KvLayer layer(int index);
    void Copy(int32_t from, int32_t to);

  private:
    size_t BlockBytes() const;  // of K, or of V, of a layer

    int layers_;
    KvType type_;
    int block_tokens_, kv_heads_, head_dim_;
    int32_t blocks_ = 0;
    AlignedBuffer buffer_;  // [layer][K or V][block]
};

}  // namespace argosy
