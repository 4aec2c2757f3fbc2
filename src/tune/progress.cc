#include "tune/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace argosy::tune {

namespace {

using std::chrono::duration;

std::string Bar(int64_t step, int64_t total) {
    constexpr int64_t kWidth = 24;
    const auto filled =
        static_cast<size_t>(std::min(kWidth, step * kWidth / std::max(total, int64_t{1})));
    return "[" + std::string(filled, '#') + std::string(kWidth - filled, '.') + "] ";
}

}  // namespace

std::string FormatDuration(std::chrono::seconds duration) {
    const auto seconds = duration.count();
    if (seconds < 60) return fmt::format("{} s", seconds);
    if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string FormatProgress(const ProgressState& state) {
    const std::string evaluation =
        state.evaluation ? fmt::format("  eval {:.4f}", *state.evaluation) : "";
    // Not known before the second step of a process.
    const std::string speed = state.tokens_per_second > 0
                                  ? fmt::format("  {:.0f} tokens/s  {} left",
                                                state.tokens_per_second, FormatDuration(state.left))
                                  : "";
    return fmt::format("step {}/{}  loss {:.4f}{}{}", state.step, state.total, state.loss,
                       evaluation, speed);
}

void Progress::Step(int64_t step, int64_t total, double loss, int64_t tokens) {
    const auto now = clock_();
    if (!start_) {
        // The first step's own time is not known: it is not counted.
        start_ = now;
        first_step_ = step;
    } else {
        tokens_ += tokens;
    }
    state_.step = step;
    state_.total = total;
    state_.loss = loss;
    const double seconds = duration<double>(now - *start_).count();
    if (step > first_step_ && seconds > 0) {
        state_.tokens_per_second = static_cast<double>(tokens_) / seconds;
        const double each = seconds / static_cast<double>(step - first_step_);
        state_.left = std::chrono::seconds(
            static_cast<int64_t>(each * static_cast<double>(total - step) + 0.5));
    }
    Draw(step == first_step_ || step == total);
}

void Progress::Draw(bool always) {
    const auto now = clock_();
    const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
    if (!always && drawn_ && now - *drawn_ < pause) return;
    drawn_ = now;
    if (terminal_) {
        fmt::print(out_, "\r\x1b[K{}{}", Bar(state_.step, state_.total), FormatProgress(state_));
        bar_ = true;
    } else {
        fmt::print(out_, "{}\n", FormatProgress(state_));
    }
    std::fflush(out_);
}

void Progress::Say(const std::string& line) {
    if (bar_) std::fputs("\r\x1b[K", out_);
    bar_ = false;
    fmt::print(out_, "{}\n", line);
    std::fflush(out_);
}

void Progress::EndBar() {
    if (bar_) std::fputc('\n', out_);
    bar_ = false;
}

}  // namespace argosy::tune
