#include "engine/kernels/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace argosy {

namespace {

// Spins before a worker parks: about 100 µs, longer than the gap between the loops of a forward
// pass and far shorter than the gap between requests.
constexpr int kSpins = 4000;

void Pause() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// CPUs that the cgroup's quota pays for (v2: cpu.max "150000 100000"), or 0 where there is none.
int QuotaCpus() {
    std::ifstream file("/sys/fs/cgroup/cpu.max");
    std::string quota;
    double period = 0;
    if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
    return std::max(1, static_cast<int>(std::stod(quota) / period + 0.5));
}

int UsableCpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    int cpus = static_cast<int>(std::thread::hardware_concurrency());
    if (sched_getaffinity(0, sizeof set, &set) == 0) cpus = CPU_COUNT(&set);
    const int quota = QuotaCpus();
    if (quota > 0) cpus = std::min(cpus, quota);
    return std::max(cpus, 1);
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
    if (threads <= 0) threads = UsableCpus();
    for (int worker = 1; worker < threads; ++worker) {
        workers_.emplace_back([this, worker] { Work(worker); });
    }
}

ThreadPool::~ThreadPool() {
    {
        const std::scoped_lock lock(mutex_);
        stop_ = true;
        round_.fetch_add(1);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::Run(int tasks, TaskRef fn) {
    if (tasks <= 0) return;
    if (workers_.empty() || tasks == 1) {
        for (int task = 0; task < tasks; ++task) fn(task, 0);
        return;
    }
    fn_ = &fn;
    tasks_ = tasks;
    const uint32_t round = round_.load(std::memory_order_relaxed) + 1;
    ticket_.store(uint64_t{round} << 32);
    busy_.store(static_cast<int>(workers_.size()));
    round_.store(round);
    if (parked_.load() > 0) {
        {
            const std::scoped_lock lock(mutex_);
        }  // a worker about to park sees the round or us
        wake_.notify_all();
    }
    Drain(round, 0);
    while (busy_.load() > 0) Pause();
}

void ThreadPool::Drain(uint32_t round, int worker) {
    while (true) {
        const uint64_t ticket = ticket_.fetch_add(1);
        const auto task = static_cast<uint32_t>(ticket);
        if (static_cast<uint32_t>(ticket >> 32) != round) return;
        if (task >= static_cast<uint32_t>(tasks_)) return;
        (*fn_)(static_cast<int>(task), worker);
    }
}

void ThreadPool::Work(int worker) {
    uint32_t seen = 0;
    while (true) {
        int spins = 0;
        while (round_.load() == seen && spins < kSpins) {
            Pause();
            ++spins;
        }
        if (round_.load() == seen) {
            std::unique_lock lock(mutex_);
            parked_.fetch_add(1);
            wake_.wait(lock, [&] { return round_.load() != seen; });
            parked_.fetch_sub(1);
        }
        seen = round_.load();
        if (stop_.load()) return;
        Drain(seen, worker);
        busy_.fetch_sub(1);
    }
}

}  // namespace argosy
