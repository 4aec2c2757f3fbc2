// Runs a Reconciler on a thread of its own: the last declaration wanted counts, and what failed for
// a reason that may pass is tried again. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "local/reconciler.h"

namespace argosy::local {

class Supervisor {
  public:
    /// `settled` is called on the thread each time that nothing is left to do. The reconciler
    /// outlives the supervisor and is nobody else's meanwhile.
    Supervisor(Reconciler& reconciler, std::chrono::milliseconds retry_after,
               std::function<void()> settled);

    void Want(Application application);
    /// Starts again what failed.
    void Retry();
    /// Cancels what is starting and waits for it. Idempotent.
    void Stop();

  private:
    void Run(std::stop_token stop);

    Reconciler& reconciler_;
    const std::chrono::milliseconds retry_after_;
    const std::function<void()> settled_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<Application> wanted_;  // GUARDED_BY(mutex_)
    bool retry_ = false;                 // GUARDED_BY(mutex_)
    std::jthread thread_;                // last: it uses all above
};

}  // namespace argosy::local
