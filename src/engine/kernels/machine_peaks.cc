#include "engine/kernels/machine_peaks.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/machine_peaks.cc"
// clang-format off
#include <hwy/foreach_target.h>  // must precede highway.h
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace argosy {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Ten chains of multiply-adds hide their latency. Returns the operations done; *sink keeps them
/// from being left out.
HWY_NOINLINE double SpinFma(int rounds, float* sink) {
    const hn::ScalableTag<float> d;
    const auto a = hn::Set(d, 0.999F + *sink), b = hn::Set(d, 0.001F);
    auto s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
    for (int i = 0; i < rounds; ++i) {
        s0 = hn::MulAdd(s0, a, b), s1 = hn::MulAdd(s1, a, b), s2 = hn::MulAdd(s2, a, b);
        s3 = hn::MulAdd(s3, a, b), s4 = hn::MulAdd(s4, a, b), s5 = hn::MulAdd(s5, a, b);
        s6 = hn::MulAdd(s6, a, b), s7 = hn::MulAdd(s7, a, b), s8 = hn::MulAdd(s8, a, b);
        s9 = hn::MulAdd(s9, a, b);
    }
    const auto low = hn::Add(hn::Add(s0, s1), hn::Add(s2, s3));
    const auto high = hn::Add(hn::Add(s4, s5), hn::Add(s6, hn::Add(s7, hn::Add(s8, s9))));
    *sink = hn::GetLane(hn::Add(low, high));
    return 2.0 * 10 * static_cast<double>(hn::Lanes(d)) * rounds;
}

}  // namespace HWY_NAMESPACE
}  // namespace argosy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace argosy {
namespace {

HWY_EXPORT(SpinFma);

/// Seconds of the quickest of a few runs.
template <typename Fn>
double Quickest(const Fn& fn) {
    double best = 1e30;
    for (int i = 0; i < 10; ++i) {
        const auto start = std::chrono::steady_clock::now();
        fn();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return best;
}

}  // namespace

double MeasureReadBandwidth(ThreadPool& pool) {
    const auto threads = static_cast<size_t>(pool.threads());
    const std::vector<uint64_t> memory((size_t{64} << 20) / sizeof(uint64_t) * threads, 1);
    std::vector<uint64_t> sums(threads * 8);  // a cache line each
    const double seconds = Quickest([&] {
        pool.Run(pool.threads(), [&](int task, int) {
            const size_t share = memory.size() / threads;
            const uint64_t* from = memory.data() + static_cast<size_t>(task) * share;
            sums[static_cast<size_t>(task) * 8] += std::accumulate(from, from + share, uint64_t{0});
        });
    });
    return static_cast<double>(memory.size() * sizeof(uint64_t)) / seconds;
}

double MeasurePeakFlops(ThreadPool& pool) {
    constexpr int kRounds = 2'000'000;
    const auto threads = static_cast<size_t>(pool.threads());
    std::vector<float> sinks(threads * 16);
    std::vector<double> done(threads);
    const double seconds = Quickest([&] {
        pool.Run(pool.threads(), [&](int task, int) {
            const auto at = static_cast<size_t>(task);
            done[at] = HWY_DYNAMIC_DISPATCH(SpinFma)(kRounds, &sinks[at * 16]);
        });
    });
    return std::accumulate(done.begin(), done.end(), 0.0) / seconds;
}

}  // namespace argosy
#endif  // HWY_ONCE
