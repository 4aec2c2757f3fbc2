// Where a run is told of: always <out>/log.jsonl, and an MLflow server where MLFLOW_TRACKING_URI
// names one. The id of the MLflow run is kept beside the checkpoints as soon as the server gave it,
// so that a resumed run goes on in the same one. Single-strand.
#pragma once

#include <memory>
#include <string>

#include "lifecycle/mlflow_run_log.h"
#include "lifecycle/run_log.h"
#include "tune/run_folder.h"

namespace argosy::tune {

class RunTracking {
  public:
    /// Errors: the log file's, or a MLFLOW_TRACKING_URI that is no http(s) URL.
    static Result<RunTracking> Open(const RunFolder& folder, const std::string& run_name);

    lifecycle::RunLog& log() { return *log_; }
    /// Keeps the MLflow run's id once it is known.
    void KeepRunId(const RunFolder& folder);
    /// Empty without MLflow.
    std::string mlflow_run_id() const { return mlflow_ == nullptr ? "" : mlflow_->run_id(); }

  private:
    std::unique_ptr<lifecycle::RunLog> log_;
    lifecycle::MlflowRunLog* mlflow_ = nullptr;  // a part of log_
    std::string kept_;
};

}  // namespace argosy::tune
