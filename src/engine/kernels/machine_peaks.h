// What this machine can do at best, measured: the yardstick that benchmarks hold kernels against.
#pragma once

#include "engine/kernels/thread_pool.h"

namespace argosy {

/// Bytes a second that all threads together read from memory, not cache. Takes about 0.2 s.
double MeasureReadBandwidth(ThreadPool& pool);

/// F32 operations a second of all threads together: fused multiply-adds (two operations each) on
/// registers alone, with the widest vectors of this CPU. Takes about 0.2 s.
double MeasurePeakFlops(ThreadPool& pool);

}  // namespace argosy
