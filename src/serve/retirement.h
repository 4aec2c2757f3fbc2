// Ends things on a thread of its own. Whoever lets go of a thing last may be one of its own threads
// (an engine's, a worker), which could not wait for itself. Thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "serve/worker_pool.h"

namespace argosy::serve {

class Retirement {
  public:
    Retirement() = default;
    /// Waits until all that it gave out has ended.
    ~Retirement() {
        std::unique_lock lock(mutex_);
        none_.wait(lock, [this] { return alive_ == 0; });
    }
    Retirement(const Retirement&) = delete;
    Retirement& operator=(const Retirement&) = delete;

    template <typename T>
    std::shared_ptr<const T> Hold(std::unique_ptr<const T> thing) {
        {
            const std::scoped_lock lock(mutex_);
            ++alive_;
        }
        return std::shared_ptr<const T>(thing.release(), [this](const T* last) {
            // Under the lock, so that the end of the last thing waits for this call to return.
            const std::scoped_lock lock(mutex_);
            thread_.Post([this, last] {
                delete last;
                const std::scoped_lock count_lock(mutex_);
                if (--alive_ == 0) none_.notify_all();
            });
        });
    }

  private:
    std::mutex mutex_;
    std::condition_variable none_;
    size_t alive_ = 0;  // GUARDED_BY(mutex_)
    WorkerPool thread_{1};
};

}  // namespace argosy::serve
