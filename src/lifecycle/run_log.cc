#include "lifecycle/run_log.h"

#include <chrono>
#include <numeric>

namespace argosy::lifecycle {

namespace {

class CombinedRunLog final : public RunLog {
  public:
    explicit CombinedRunLog(std::vector<std::unique_ptr<RunLog>> logs) : logs_(std::move(logs)) {}

    void Params(const RunTexts& params) override {
        for (const auto& log : logs_) log->Params(params);
    }
    void Tags(const RunTexts& tags) override {
        for (const auto& log : logs_) log->Tags(tags);
    }
    void Metrics(int64_t step, const RunMetrics& metrics) override {
        for (const auto& log : logs_) log->Metrics(step, metrics);
    }
    void Artifact(const std::filesystem::path& file, std::string_view folder) override {
        for (const auto& log : logs_) log->Artifact(file, folder);
    }
    void End(RunEnd end) override {
        for (const auto& log : logs_) log->End(end);
    }
    size_t lost() const override {
        return std::accumulate(logs_.begin(), logs_.end(), size_t{0},
                               [](size_t sum, const auto& log) { return sum + log->lost(); });
    }

  private:
    std::vector<std::unique_ptr<RunLog>> logs_;
};

}  // namespace

const char* ToString(RunEnd end) {
    switch (end) {
        case RunEnd::kFinished:
            return "FINISHED";
        case RunEnd::kFailed:
            return "FAILED";
        case RunEnd::kKilled:
            return "KILLED";
    }
    return "FAILED";
}

int64_t SystemMillis() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::unique_ptr<RunLog> CombineRunLogs(std::vector<std::unique_ptr<RunLog>> logs) {
    return std::make_unique<CombinedRunLog>(std::move(logs));
}

}  // namespace argosy::lifecycle
