#include "tune/run_tracking.h"

#include <cstdlib>

#include "telemetry/log.h"

namespace argosy::tune {

Result<RunTracking> RunTracking::Open(const RunFolder& folder, const std::string& run_name) {
    RunTracking tracking;
    std::vector<std::unique_ptr<lifecycle::RunLog>> logs;
    ARGOSY_TRY(logs.emplace_back(), lifecycle::OpenJsonlRunLog(folder.log(), run_name));
    const char* uri = std::getenv("MLFLOW_TRACKING_URI");
    if (uri != nullptr && *uri != '\0') {
        lifecycle::MlflowRunOptions options = lifecycle::MlflowRunOptions::FromEnvironment();
        options.run_name = run_name;
        tracking.kept_ = folder.mlflow_run_id();
        if (!tracking.kept_.empty()) options.run_id = tracking.kept_;
        ARGOSY_TRY(auto mlflow, lifecycle::OpenMlflowRunLog(std::move(options)));
        tracking.mlflow_ = mlflow.get();
        logs.push_back(std::move(mlflow));
    }
    tracking.log_ = lifecycle::CombineRunLogs(std::move(logs));
    return tracking;
}

void RunTracking::KeepRunId(const RunFolder& folder) {
    const std::string id = mlflow_run_id();
    if (id.empty() || id == kept_) return;
    const auto kept = folder.KeepMlflowRunId(id);
    if (!kept) log::Warn("the MLflow run's id is not kept", {{"why", kept.error().ToString()}});
    kept_ = id;
}

}  // namespace argosy::tune
