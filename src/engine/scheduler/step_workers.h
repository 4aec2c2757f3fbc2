// A few threads that do small pieces of a step beside the engine's thread: grammar masks while the
// model runs, sampling of many rows after it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace argosy {

/// One round of pieces at a time. Start and Wait are for one thread, the owner's.
class StepWorkers {
  public:
    /// `fn(piece, worker)`; worker is in [0, workers()).
    using Piece = std::function<void(size_t piece, size_t worker)>;

    explicit StepWorkers(size_t threads);
    ~StepWorkers();
    StepWorkers(const StepWorkers&) = delete;
    StepWorkers& operator=(const StepWorkers&) = delete;

    size_t workers() const { return threads_.size() + 1; }
    /// Begins fn(0..pieces) on the threads and returns at once. `fn` must live until Wait.
    void Start(size_t pieces, const Piece& fn);
    /// Helps with what is not begun yet and returns when all pieces are done.
    void Wait();

  private:
    void Work(size_t worker);
    bool RunOne(std::unique_lock<std::mutex>& lock, size_t worker);

    std::mutex mutex_;
    std::condition_variable wake_, done_;
    const Piece* fn_ = nullptr;  // GUARDED_BY(mutex_), as all below
    size_t pieces_ = 0, next_ = 0, unfinished_ = 0;
    bool stop_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace argosy
