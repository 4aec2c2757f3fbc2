// A RunLog on an MLflow server. Calls put into bounded buffers; one thread sends. A server that is
// down is tried again with growing pauses for as long as the run lasts, what it missed is sent when
// it comes back, and what no longer fits the buffers is dropped, oldest first, and counted.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "lifecycle/mlflow_client.h"
#include "lifecycle/run_log.h"

namespace argosy::lifecycle {

struct MlflowRunOptions {
    MlflowServer server{};
    std::string experiment = "argosy";
    std::string run_name{};
    std::string run_id{};  // to go on with, where not empty
    std::chrono::milliseconds send_every{
        std::chrono::seconds(2)};                // waits for more to send at once
    std::chrono::milliseconds first_pause{500};  // after a failure; doubles
    std::chrono::milliseconds longest_pause{std::chrono::seconds(30)};
    std::chrono::milliseconds end_limit{std::chrono::seconds(30)};  // for what is left at the end
    size_t max_points = 100'000;
    size_t max_artifacts = 256;
    WallClock clock = SystemMillis;

    /// The server of MLFLOW_TRACKING_URI ..., MLFLOW_EXPERIMENT_NAME, MLFLOW_RUN_ID.
    static MlflowRunOptions FromEnvironment();
};

class MlflowRunLog : public RunLog {
  public:
    /// Empty until the server has made the run. Keep it in a checkpoint to go on with the run.
    virtual std::string run_id() const = 0;
};

/// kInvalidArgument for a URI that is no http(s) URL; whether the server answers shows later.
Result<std::unique_ptr<MlflowRunLog>> OpenMlflowRunLog(MlflowRunOptions options);

}  // namespace argosy::lifecycle
