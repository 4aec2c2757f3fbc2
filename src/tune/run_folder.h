// The folder of a run (--out): who may write into it, and what stands where.
//   run.json       that this is a run, and with which arguments
//   report.json    what was found in the data
//   log.jsonl      parameters, curves and artefacts, a line an event
//   checkpoints/   where it can go on from, and the id of its MLflow run
//   adapter/, adapter.gguf or model.gguf    the result
//   loss.png, summary.json
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "tune/tune_plan.h"

namespace argosy::tune {

enum class Existing { kRefuse, kResume, kOverwrite };

/// Holds a lock on the folder: one process at a time writes a run. Not thread-safe.
class RunFolder {
  public:
    /// kAlreadyExists where another run is there that may not be taken; touches nothing.
    static Result<void> Check(const std::filesystem::path& path, Existing existing);
    /// Makes the folder or takes it over. kAlreadyExists as above; kUnavailable where another
    /// process writes there.
    static Result<RunFolder> Open(const std::filesystem::path& path, Existing existing);
    RunFolder(RunFolder&& other) noexcept;
    RunFolder& operator=(RunFolder&&) = delete;
    ~RunFolder();

    /// Whether a run that was there is gone on with.
    bool resumed() const { return resumed_; }
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
    std::filesystem::path log() const { return path_ / "log.jsonl"; }
    std::filesystem::path plot() const { return path_ / "loss.png"; }
    std::filesystem::path summary() const { return path_ / "summary.json"; }
    std::filesystem::path result(Format format) const;

    Result<void> WriteJson(const std::string& name, const json::object& value) const;
    /// Nothing where there is no such file.
    std::optional<json::object> ReadJson(const std::string& name) const;

    /// Of the MLflow run that this one is logged to; empty where there is none yet.
    std::string mlflow_run_id() const;
    Result<void> KeepMlflowRunId(const std::string& id) const;

  private:
    RunFolder(std::filesystem::path path, int lock, bool resumed)
        : path_(std::move(path)), lock_(lock), resumed_(resumed) {}

    std::filesystem::path path_;
    int lock_;
    bool resumed_;
};

}  // namespace argosy::tune
