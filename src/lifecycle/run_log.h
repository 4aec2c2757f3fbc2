// Where a training tells what it does: parameters, curves, artefacts. A log never ends a training:
// what cannot be written is warned of and counted, and calls do not wait for the network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace argosy::lifecycle {

enum class RunEnd { kFinished, kFailed, kKilled };
/// "FINISHED", "FAILED", "KILLED": MLflow's words.
const char* ToString(RunEnd end);

using RunTexts = std::map<std::string, std::string>;
using RunMetrics = std::vector<std::pair<std::string, double>>;

/// Thread-safe. After End nothing is written any more.
class RunLog {
  public:
    virtual ~RunLog() = default;
    virtual void Params(const RunTexts& params) = 0;
    virtual void Tags(const RunTexts& tags) = 0;
    /// Values at a step, in the order of steps.
    virtual void Metrics(int64_t step, const RunMetrics& metrics) = 0;
    /// A file, to stand under `folder` of the run ("" for its top).
    virtual void Artifact(const std::filesystem::path& file, std::string_view folder) = 0;
    /// Writes what is left (within a bounded time) and closes the run.
    virtual void End(RunEnd end) = 0;
    /// What was lost so far: values, texts and files.
    virtual size_t lost() const = 0;
};

/// Milliseconds since 1970; injected, so that tests tell the time.
using WallClock = std::function<int64_t()>;
int64_t SystemMillis();

/// Appends a JSON object a line to a file, flushed after each:
/// {"time": ms, "event": "start" | "params" | "tags" | "metrics" | "artifact" | "end", ...}.
/// Errors: kPermissionDenied or kNotFound where the file cannot be opened.
Result<std::unique_ptr<RunLog>> OpenJsonlRunLog(const std::filesystem::path& file,
                                                const std::string& run_name,
                                                WallClock clock = SystemMillis);

/// One log that passes everything to several.
std::unique_ptr<RunLog> CombineRunLogs(std::vector<std::unique_ptr<RunLog>> logs);

}  // namespace argosy::lifecycle
