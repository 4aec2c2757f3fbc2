#include "cli/bench_engine.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>

#include "cli/bench_figures.h"

namespace argosy::cli {

namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

// When each sequence of one run got its tokens.
class Timeline {
  public:
    explicit Timeline(size_t sequences) : times_(sequences) {}

    EventSink Sink(size_t sequence) {
        return [this, sequence](const GenerateEvent& event) {
            const std::scoped_lock lock(mutex_);
            times_[sequence].insert(times_[sequence].end(), event.tokens.size(), Clock::now());
            if (event.error) error_ = event.error;
            if (event.done) ++done_;
            changed_.notify_one();
        };
    }
    void Wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return done_ == times_.size(); });
        if (error_) throw Exception(*error_);
    }
    double FirstToken(Clock::time_point start) const { return Seconds(times_[0].at(0) - start); }
    /// Tokens a second while all sequences were decoding.
    double DecodeRate() const {
        Clock::time_point from = Clock::time_point::min(), to = Clock::time_point::max();
        for (const auto& times : times_) {
            from = std::max(from, times.front());
            to = std::min(to, times.back());
        }
        size_t tokens = 0;
        for (const auto& times : times_) {
            for (const auto time : times) tokens += time > from && time <= to ? 1 : 0;
        }
        return static_cast<double>(tokens) / Seconds(to - from);
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::vector<Clock::time_point>> times_;  // GUARDED_BY(mutex_) until Wait
    size_t done_ = 0;                                    // GUARDED_BY(mutex_)
    std::optional<Error> error_;                         // GUARDED_BY(mutex_)
};

// Prompts are all different, so that the prefix cache does not help.
GenerateRequest RandomRequest(const serve::ModelHost& host, int length, int max_tokens,
                              std::mt19937& random) {
    std::uniform_int_distribution<TokenId> token(0, host.info().vocab_size - 1);
    GenerateRequest request;
    for (int i = 0; i < length; ++i) request.prompt.push_back(token(random));
    request.sampling.temperature = 0;
    request.sampling.max_tokens = max_tokens;
    request.sampling.ignore_eos = true;
    return request;
}

double RunPrefill(const serve::ModelHost& host, int length, std::mt19937& random) {
    Timeline timeline(1);
    const auto start = Clock::now();
    OrThrow(host.engine().Submit(RandomRequest(host, length, 1, random), timeline.Sink(0)));
    timeline.Wait();
    return length / timeline.FirstToken(start);
}

double RunDecode(const serve::ModelHost& host, int batch, int tokens, std::mt19937& random) {
    constexpr int kPrompt = 8;
    Timeline timeline(batch);
    for (int i = 0; i < batch; ++i) {
        OrThrow(
            host.engine().Submit(RandomRequest(host, kPrompt, tokens, random), timeline.Sink(i)));
    }
    timeline.Wait();
    return timeline.DecodeRate();
}

template <typename Run>
json::object Measure(const char* name, int tokens, int batch, int runs, Run&& run) {
    std::vector<double> rates;
    rates.reserve(static_cast<size_t>(runs));
    run();  // warms caches and page tables
    for (int i = 0; i < runs; ++i) rates.push_back(run());
    json::array all;
    all.reserve(rates.size());
    for (const double rate : rates) all.push_back(rate);
    return {{"name", name},
            {"tokens", tokens},
            {"batch", batch},
            {"tokens_per_second", Median(rates)},
            {"runs", std::move(all)}};
}

}  // namespace

json::array BenchEngine(const serve::ModelHost& host, const EngineBenchOptions& options) {
    std::mt19937 random(1);
    json::array results;
    for (const int length : options.prompt_lengths) {
        results.push_back(Measure("prefill", length, 1, options.runs,
                                  [&] { return RunPrefill(host, length, random); }));
    }
    for (const int batch : options.batches) {
        results.push_back(Measure("decode", options.decode_tokens, batch, options.runs, [&] {
            return RunDecode(host, batch, options.decode_tokens, random);
        }));
    }
    return results;
}

}  // namespace argosy::cli
