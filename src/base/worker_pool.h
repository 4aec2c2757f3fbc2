// Threads for work that must not run on an io thread: parsing, templates, tokenising, loading.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace argosy {

/// Thread-safe. Bounded by its caller: the HTTP server admits so many requests and no more.
class WorkerPool {
  public:
    explicit WorkerPool(unsigned threads) {
        for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
    }
    /// Finishes what was posted.
    ~WorkerPool() {
        {
            const std::scoped_lock lock(mutex_);
            stop_ = true;
        }
        wake_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void Post(std::function<void()> work) {
        {
            const std::scoped_lock lock(mutex_);
            queue_.push_back(std::move(work));
        }
        wake_.notify_one();
    }

  private:
    void Work() {
        std::unique_lock lock(mutex_);
        while (true) {
            wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
            if (queue_.empty()) return;
            auto work = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            work();
            work = nullptr;
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> queue_;  // GUARDED_BY(mutex_)
    bool stop_ = false;                        // GUARDED_BY(mutex_)
    std::vector<std::thread> threads_;
};

}  // namespace argosy
