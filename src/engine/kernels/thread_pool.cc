#include "engine/kernels/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
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
    return std::max(1, static_cast<int>(std::lround(std::stod(quota) / period)));
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
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

bool ThreadPool::HasWork() const {
    const uint64_t ticket = ticket_.load();
    return static_cast<uint32_t>(ticket) < static_cast<uint32_t>(ticket >> 32);
}

void ThreadPool::Run(int tasks, TaskRef fn) {
    if (tasks <= 0) return;
    if (workers_.empty() || tasks == 1) {
        for (int task = 0; task < tasks; ++task) fn(task, 0);
        return;
    }
    fn_.store(&fn);
    done_.store(0);
    ticket_.store(uint64_t{static_cast<uint32_t>(tasks)} << 32);
    if (parked_.load() > 0) {
        {
            const std::scoped_lock lock(mutex_);
        }  // a worker about to park sees the tasks or us
        wake_.notify_all();
    }
    Drain(0);
    // A worker that was put off the CPU in its task may be waiting for this very CPU.
    for (int spins = 0; done_.load() < tasks; ++spins) {
        if (spins < kSpins) {
            Pause();
        } else {
            sched_yield();
        }
    }
}

void ThreadPool::Drain(int worker) {
    uint64_t ticket = ticket_.load();
    while (static_cast<uint32_t>(ticket) < static_cast<uint32_t>(ticket >> 32)) {
        if (!ticket_.compare_exchange_weak(ticket, ticket + 1)) continue;
        (*fn_.load())(static_cast<int>(static_cast<uint32_t>(ticket)), worker);
        done_.fetch_add(1);
        ticket = ticket_.load();
    }
}

void ThreadPool::Work(int worker) {
    while (!stop_.load()) {
        for (int spins = 0; !HasWork() && spins < kSpins; ++spins) Pause();
        if (!HasWork()) {
            std::unique_lock lock(mutex_);
            parked_.fetch_add(1);
            wake_.wait(lock, [&] { return HasWork() || stop_.load(); });
            parked_.fetch_sub(1);
        }
        Drain(worker);
    }
}

}  // namespace argosy
