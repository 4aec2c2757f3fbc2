// From a model on disk to a runner: reads the architecture, prepares weights, and says before any
// byte is loaded whether it fits in memory.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "engine/engine.h"
#include "model/model_file.h"

namespace argosy {

/// The arithmetic behind "does it fit", all in bytes.
struct MemoryPlan {
    uint64_t weights = 0;
    uint64_t kv_cache = 0;
    uint64_t buffers = 0;  // activations, logits, scratch
    uint64_t available = 0;
    int32_t context_length = 0;
    int32_t kv_blocks = 0;
    std::string kv_type;  // as in EngineOptions

    uint64_t total() const;  // weights + kv_cache + buffers
    /// "weights 610 MiB + KV cache 1.0 GiB (8,192 tokens of F16) + buffers 96 MiB = 1.7 GiB of 23.1
    /// GiB free"
    std::string ToString() const;
};

/// kResourceExhausted with the arithmetic and what would fit (shorter context, smaller quant, Q8_0
/// KV). Fills context_length / kv_cache_bytes / threads left at 0.
Result<MemoryPlan> PlanMemory(const ModelFile& model, EngineOptions& options);

/// kUnsupported names the architecture and lists those known; kCorrupt names tensor and shapes.
Result<std::unique_ptr<ModelRunner>> LoadRunner(std::shared_ptr<const ModelFile> model,
                                                const EngineOptions& options);

}  // namespace argosy
