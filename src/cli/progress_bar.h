// One line on standard error that shows how far long work is; silent where that is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace argosy::cli {

class ProgressBar {
  public:
    explicit ProgressBar(std::string label);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// `detail` stands behind the bar, e.g. "12 MiB/s". Drawn at most ten times a second.
    void Update(uint64_t done, uint64_t total, const std::string& detail = {});

  private:
    std::string label_;
    bool terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point last_{};
};

}  // namespace argosy::cli
