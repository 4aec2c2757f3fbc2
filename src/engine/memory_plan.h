// The decision of PlanMemory without the machine: needs and free bytes in, plan out.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "engine/load.h"
#include "engine/memory_needs.h"

namespace argosy {

/// Fills what `options` leaves at 0 (but threads, which must be set). `available` is what weights,
/// KV cache and buffers may take together. Errors: kInvalidArgument (options that contradict each
/// other or the model), kResourceExhausted (the arithmetic, and what would fit).
Result<MemoryPlan> PlanMemory(const MemoryNeeds& needs, uint64_t available, EngineOptions& options);

}  // namespace argosy
