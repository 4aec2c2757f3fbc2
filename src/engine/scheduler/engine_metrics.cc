#include "engine/scheduler/engine_metrics.h"

#include <algorithm>

namespace argosy {
namespace {

HistogramSnapshot WithBounds(std::vector<double> bounds) {
    HistogramSnapshot histogram;
    histogram.counts.assign(bounds.size() + 1, 0);
    histogram.bounds = std::move(bounds);
    return histogram;
}

HistogramSnapshot RequestTimes() {
    return WithBounds({0.3,  0.5,  0.8,  1.0,  1.5,   2.0,   2.5,   5.0,   10.0,   15.0,  20.0,
                       30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 7680.0});
}

// 1, 2, 5, 10, 20, 50, ... up to `most`.
HistogramSnapshot Lengths(int32_t most) {
    std::vector<double> bounds;
    for (double power = 1; power <= most; power *= 10) {
        for (double step : {1.0, 2.0, 5.0}) {
            if (power * step <= most) bounds.push_back(power * step);
        }
    }
    return WithBounds(std::move(bounds));
}

}  // namespace

EngineMetrics::EngineMetrics(int32_t context_length) {
    stats_.ttft_seconds =
        WithBounds({0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,  0.25,  0.5,   0.75,
                    1.0,   2.5,   5.0,  7.5,  10.0, 20.0, 40.0, 80.0, 160.0, 640.0, 2560.0});
    stats_.itl_seconds = WithBounds({0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75,
                                     1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0});
    stats_.e2e_seconds = RequestTimes();
    stats_.queue_seconds = RequestTimes();
    stats_.prefill_seconds = RequestTimes();
    stats_.decode_seconds = RequestTimes();
    stats_.prompt_lengths = Lengths(context_length);
    stats_.generation_lengths = Lengths(context_length);
    stats_.batch_tokens =
        WithBounds({1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384});
}

EngineStats EngineMetrics::Snapshot() const {
    std::lock_guard lock(mutex_);
    return stats_;
}

void EngineMetrics::Observe(HistogramSnapshot& histogram, double value, uint64_t times) {
    auto bucket = std::ranges::lower_bound(histogram.bounds, value) - histogram.bounds.begin();
    histogram.counts[static_cast<size_t>(bucket)] += times;
    histogram.sum += value * static_cast<double>(times);
}

}  // namespace argosy
