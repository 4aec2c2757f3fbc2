// Fork-join over the cores of one engine: a forward pass is hundreds of short parallel loops, so
// workers spin for a while between loops and park only when the engine goes idle.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace argosy {

/// A reference to a callable `void(int task, int worker)`; must not outlive it.
class TaskRef {
  public:
    template <typename F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, TaskRef>)
    TaskRef(F&& fn)  // NOLINT: implicit, so that a lambda can be passed
        : object_(const_cast<void*>(static_cast<const void*>(&fn))),
          call_([](void* object, int task, int worker) {
              (*static_cast<std::remove_reference_t<F>*>(object))(task, worker);
          }) {}
    void operator()(int task, int worker) const { call_(object_, task, worker); }

  private:
    void* object_;
    void (*call_)(void*, int, int);
};

/// One thread at a time may call Run (the engine's); it takes part as worker 0. Run may not be
/// nested, and the callable may not throw.
class ThreadPool {
  public:
    /// `threads` in all, the caller's included; 0: one for each CPU this process may use.
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int threads() const { return static_cast<int>(workers_.size()) + 1; }
    /// fn(task, worker) for every task in [0, tasks), worker in [0, threads()); returns when all
    /// are done. Who runs which task is decided as they go.
    void Run(int tasks, TaskRef fn);

  private:
    void Work(int worker);
    void Drain(int worker);
    bool HasWork() const;

    /// The round's number of tasks in the high 32 bits, the next one in the low. Claiming a task
    /// swaps the whole word, so a claim is always of the round in progress, which cannot end before
    /// the task is done: a worker that the system let sleep holds nobody up.
    alignas(64) std::atomic<uint64_t> ticket_{0};
    alignas(64) std::atomic<int> done_{0};  // tasks of this round
    std::atomic<int> parked_{0};
    std::atomic<bool> stop_{false};
    std::atomic<const TaskRef*> fn_{nullptr};
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::thread> workers_;
};

}  // namespace argosy
