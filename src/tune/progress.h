// How far a training is, on standard error: a bar in one line on a terminal, now and then a plain
// line elsewhere. Single-strand.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

namespace argosy::tune {

using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

struct ProgressState {
    int64_t step = 0, total = 0;
    double loss = 0;
    std::optional<double> evaluation;  // the last one's loss
    double tokens_per_second = 0;      // since this process began to train
    std::chrono::seconds left{0};
};

/// "step 12/300  loss 2.3412  eval 2.5100  8123 tokens/s  2:03 left".
std::string FormatProgress(const ProgressState& state);
/// "45 s", "2:03", "1:02:03".
std::string FormatDuration(std::chrono::seconds duration);

class Progress {
  public:
    Progress(std::FILE* out, bool terminal, SteadyClock clock = std::chrono::steady_clock::now)
        : out_(out), terminal_(terminal), clock_(std::move(clock)) {}
    ~Progress() { EndBar(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// A step was done that put `tokens` through the model. On a terminal it is drawn at most ten
    /// times a second, elsewhere written at most every ten seconds; first and last step always.
    void Step(int64_t step, int64_t total, double loss, int64_t tokens);
    void Evaluated(double loss) { state_.evaluation = loss; }
    /// A line of its own, above the bar.
    void Say(const std::string& line);
    double tokens_per_second() const { return state_.tokens_per_second; }

  private:
    void Draw(bool always);
    void EndBar();

    std::FILE* out_;
    bool terminal_;
    SteadyClock clock_;
    ProgressState state_;
    std::optional<std::chrono::steady_clock::time_point> start_, drawn_;
    int64_t first_step_ = 0, tokens_ = 0;
    bool bar_ = false;
};

}  // namespace argosy::tune
