// Work on many rows, spread over threads that take the next chunk when they are done with theirs.
#pragma once

#include <cstddef>
#include <functional>

namespace argosy {

/// Calls `work(begin, end)` for chunks of [0, count) on `threads` threads (0: all of the machine),
/// each chunk once, in any order. `work` must be safe to call at the same time for other chunks.
void ParallelRows(size_t count, size_t chunk, int threads,
                  const std::function<void(size_t begin, size_t end)>& work);

}  // namespace argosy
