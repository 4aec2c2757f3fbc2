// Counters and histograms of an engine, with the bounds that vLLM's metrics have, so that its
// dashboards work. Thread-safe.
#pragma once

#include <mutex>
#include <span>

#include "engine/engine.h"

namespace argosy {

class EngineMetrics {
  public:
    explicit EngineMetrics(int32_t context_length);

    /// Runs `change` on the figures under the lock: one lock for all that a step has to tell.
    template <typename Change>
    void Update(Change&& change) {
        std::lock_guard lock(mutex_);
        change(stats_);
    }
    EngineStats Snapshot() const;

    static void Observe(HistogramSnapshot& histogram, double value, uint64_t times = 1);

  private:
    mutable std::mutex mutex_;
    EngineStats stats_;  // GUARDED_BY(mutex_)
};

}  // namespace argosy
