// Requests of a face (assistants, knowledge bases) on their way through its own workers, each of
// which ends when its client leaves. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>

#include "net/exchange.h"
#include "serve/worker_pool.h"

namespace argosy::serve {

class FaceWork {
  public:
    FaceWork(unsigned workers, size_t max_waiting)
        : most_(workers + max_waiting), pool_(std::make_unique<WorkerPool>(workers)) {}
    /// Stops all, and waits for them.
    ~FaceWork();

    /// Runs it on a worker. False: there is no room.
    bool Post(const std::shared_ptr<Exchange>& exchange, std::function<void(std::stop_token)> work);

  private:
    using Stop = std::shared_ptr<std::stop_source>;
    void End(const Stop& stop);

    const size_t most_;
    std::mutex mutex_;
    std::set<Stop> running_;  // GUARDED_BY(mutex_)
    bool ending_ = false;     // GUARDED_BY(mutex_)
    std::unique_ptr<WorkerPool> pool_;
};

}  // namespace argosy::serve
