// The part of MLflow's REST API (2.0) that a training run needs. Each call is one blocking request,
// without retries. Thread-safe.
//
// Errors: kUnavailable and kDeadlineExceeded (nobody answers, 429, 5xx) may pass on a later try;
// kUnauthenticated, kPermissionDenied, kNotFound, kAlreadyExists, kInvalidArgument do not.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "lifecycle/run_log.h"
#include "net/http_client.h"

namespace argosy::lifecycle {

struct MlflowServer {
    std::string uri;  // http or https, e.g. "http://127.0.0.1:5000"
    std::string token{}, username{}, password{};
    std::chrono::milliseconds timeout{std::chrono::seconds(30)};  // of a request
    uint64_t max_artifact_bytes = uint64_t{1} << 30;

    /// MLFLOW_TRACKING_URI, _TOKEN, _USERNAME, _PASSWORD.
    static MlflowServer FromEnvironment();
};

struct MlflowPoint {
    std::string key;
    double value = 0;
    int64_t step = 0;
    int64_t millis = 0;
};

struct MlflowRun {
    std::string id;
    std::string artifact_uri;  // "mlflow-artifacts:/1/<id>/artifacts"
};

class MlflowClient {
  public:
    /// The most that one LogBatch may carry.
    static constexpr size_t kMaxPoints = 1000;
    static constexpr size_t kMaxTexts = 100;

    /// kInvalidArgument where the URI is no http(s) URL.
    static Result<std::unique_ptr<MlflowClient>> Make(MlflowServer server);

    /// The id of the experiment of that name, made where there is none.
    Result<std::string> EnsureExperiment(const std::string& name);
    Result<MlflowRun> CreateRun(const std::string& experiment_id, const std::string& name,
                                int64_t start_millis);
    /// An existing run, marked as running again.
    Result<MlflowRun> ResumeRun(const std::string& run_id);
    Result<void> LogBatch(const std::string& run_id, const std::vector<MlflowPoint>& points,
                          const RunTexts& params, const RunTexts& tags);
    Result<void> EndRun(const std::string& run_id, RunEnd end, int64_t end_millis);
    /// Through the server's artifact proxy; kUnsupported where the run's store is another one.
    Result<void> Upload(const MlflowRun& run, const std::filesystem::path& file,
                        const std::string& folder);

  private:
    explicit MlflowClient(MlflowServer server) : server_(std::move(server)) {}
    Result<json::value> Call(const std::string& method, const std::string& path, std::string body,
                             const std::string& content_type = "application/json");
    Result<json::value> Post(const std::string& path, const json::object& body) {
        return Call("POST", "/api/2.0/mlflow/" + path, json::serialize(body));
    }

    MlflowServer server_;
    HttpClient http_;
};

}  // namespace argosy::lifecycle
