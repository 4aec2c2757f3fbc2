// What a model takes in memory on any machine: the numbers that PlanMemory holds against what this
// machine has free.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "engine/engine.h"
#include "model/model_file.h"

namespace argosy {

/// Tokens of a KV block: what the runner's block_tokens() gives.
inline constexpr int32_t kKvBlockTokens = 16;

struct MemoryNeeds {
    /// Matrices as the kernels hold them, repacked copies or the file's pages, and the small
    /// tensors. Look-up tables are read row by row and stay on disk.
    uint64_t weights = 0;
    uint64_t matrix_elements = 0;  // of the weights, those that a smaller type would shrink
    int64_t layers = 0;
    int64_t kv_heads = 0;  // of all layers together; 0: no KV cache (encoders)
    int64_t key_dim = 0, value_dim = 0;
    int64_t heads = 0;
    int64_t width = 0;
    int64_t feed_forward = 0;  // the widest row between the two matrices of a layer's MLP
    int64_t vocabulary = 0;    // columns of the logits; 0: none
    int64_t trained_context = 0;
};

/// kCorrupt where a size that every model has is missing or nonsense.
Result<MemoryNeeds> MeasureModel(const ModelFile& model);

/// Bytes of one token's K and V in all layers. kv_type as in EngineOptions; kInvalidArgument for
/// an unknown one or one that the head size does not suit.
Result<uint64_t> KvBytesPerToken(const MemoryNeeds& needs, const std::string& kv_type);

/// Activations, logits, scratch of the threads, the tokenizer's tables and the process itself.
uint64_t BufferBytes(const MemoryNeeds& needs, const EngineOptions& options);

}  // namespace argosy
