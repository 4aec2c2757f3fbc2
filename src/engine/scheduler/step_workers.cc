#include "engine/scheduler/step_workers.h"

#include "base/check.h"

namespace argosy {

StepWorkers::StepWorkers(size_t threads) {
    for (size_t i = 1; i <= threads; ++i) threads_.emplace_back([this, i] { Work(i); });
}

StepWorkers::~StepWorkers() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void StepWorkers::Start(size_t pieces, const Piece& fn) {
    std::unique_lock lock(mutex_);
    ARGOSY_CHECK(unfinished_ == 0);
    fn_ = &fn;
    pieces_ = unfinished_ = pieces;
    next_ = 0;
    lock.unlock();
    if (pieces > 0) wake_.notify_all();
}

void StepWorkers::Wait() {
    std::unique_lock lock(mutex_);
    while (RunOne(lock, 0)) {
    }
    done_.wait(lock, [this] { return unfinished_ == 0; });
}

void StepWorkers::Work(size_t worker) {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        if (!RunOne(lock, worker)) wake_.wait(lock);
    }
}

bool StepWorkers::RunOne(std::unique_lock<std::mutex>& lock, size_t worker) {
    if (next_ >= pieces_) return false;
    const Piece& fn = *fn_;
    size_t piece = next_++;
    lock.unlock();
    fn(piece, worker);
    lock.lock();
    if (--unfinished_ == 0) done_.notify_all();
    return true;
}

}  // namespace argosy
