#include "lifecycle/mlflow_client.h"

#include <cstdlib>
#include <fstream>

#include "lifecycle/metric_json.h"
#include "net/base64.h"
#include "net/url.h"

namespace argosy::lifecycle {

namespace {

constexpr size_t kMaxParamBytes = 6000;  // MLflow refuses longer ones

std::string Variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// The field at a path of keys, or an error that says that this is no MLflow.
Result<std::string> Field(const json::value& answer, std::string_view outer, std::string_view inner,
                          std::string_view innermost) {
    const json::value* at = &answer;
    for (const std::string_view key : {outer, inner, innermost}) {
        if (key.empty()) continue;
        at = at->is_object() ? at->get_object().if_contains(key) : nullptr;
        if (at == nullptr) {
            return Err(ErrorCode::kCorrupt, "the answer has no '{}': is this an MLflow server?",
                       key);
        }
    }
    if (!at->is_string()) return Err(ErrorCode::kCorrupt, "the answer's field is no text");
    return std::string(at->get_string());
}

ErrorCode CodeOf(int status, std::string_view name) {
    if (name == "RESOURCE_ALREADY_EXISTS") return ErrorCode::kAlreadyExists;
    if (status == 401) return ErrorCode::kUnauthenticated;
    if (status == 403) return ErrorCode::kPermissionDenied;
    if (status == 404) return ErrorCode::kNotFound;
    if (status == 429 || status >= 500) return ErrorCode::kUnavailable;
    return ErrorCode::kInvalidArgument;
}

std::unexpected<Error> Refusal(const HttpResponse& response) {
    std::string name, message;
    if (const auto body = ParseJson(response.body); body && body->is_object()) {
        name = Field(*body, "error_code", "", "").value_or("");
        message = Field(*body, "message", "", "").value_or("");
    }
    return Err(CodeOf(response.status, name), "MLflow answers {}{}{}", response.status,
               message.empty() ? "" : ": ", message.substr(0, 300));
}

json::array Texts(const RunTexts& texts) {
    json::array out;
    for (const auto& [key, value] : texts) {
        out.push_back({{"key", key}, {"value", value.substr(0, kMaxParamBytes)}});
    }
    return out;
}

Result<std::string> ReadFile(const std::filesystem::path& file, uint64_t max_bytes) {
    std::ifstream in(file, std::ios::binary);
    std::error_code ec;
    const uint64_t size = std::filesystem::file_size(file, ec);
    if (!in || ec) return Err(ErrorCode::kNotFound, "cannot be read");
    if (size > max_bytes) {
        return Err(ErrorCode::kResourceExhausted, "has {} bytes, the limit is {}", size, max_bytes);
    }
    std::string bytes(size, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<size_t>(in.gcount()));
    return bytes;
}

}  // namespace

MlflowServer MlflowServer::FromEnvironment() {
    return {.uri = Variable("MLFLOW_TRACKING_URI"),
            .token = Variable("MLFLOW_TRACKING_TOKEN"),
            .username = Variable("MLFLOW_TRACKING_USERNAME"),
            .password = Variable("MLFLOW_TRACKING_PASSWORD")};
}

Result<std::unique_ptr<MlflowClient>> MlflowClient::Make(MlflowServer server) {
    const auto url = ParseUrl(server.uri);
    if (!url || (url->scheme != "http" && url->scheme != "https")) {
        return Err(ErrorCode::kInvalidArgument,
                   "MLFLOW_TRACKING_URI has to be an http:// or https:// URL of an MLflow server");
    }
    while (server.uri.ends_with('/')) server.uri.pop_back();
    return std::unique_ptr<MlflowClient>(new MlflowClient(std::move(server)));
}

Result<json::value> MlflowClient::Call(const std::string& method, const std::string& path,
                                       std::string body, const std::string& content_type) {
    Headers headers{{"Content-Type", content_type}};
    if (!server_.token.empty()) {
        headers.Add("Authorization", "Bearer " + server_.token);
    } else if (!server_.username.empty()) {
        headers.Add("Authorization",
                    "Basic " + Base64Encode(server_.username + ":" + server_.password));
    }
    HttpRequest request{.method = method, .url = server_.uri + path, .headers = headers};
    request.body = std::move(body);
    request.connect_timeout = std::min(request.connect_timeout, server_.timeout);
    request.idle_timeout = server_.timeout;
    ARGOSY_TRY(const HttpResponse response, http_.Fetch(std::move(request)));
    if (!response.ok()) return Refusal(response);
    if (response.body.empty()) return json::value();
    return ParseJson(response.body);
}

Result<std::string> MlflowClient::EnsureExperiment(const std::string& name) {
    const std::string find =
        "/api/2.0/mlflow/experiments/get-by-name?experiment_name=" + PercentEncode(name);
    auto found = Call("GET", find, "");
    if (!found && found.error().code == ErrorCode::kNotFound) {
        const auto made = Post("experiments/create", {{"name", name}});
        if (made) return Field(*made, "experiment_id", "", "");
        // Somebody else made it meanwhile.
        if (made.error().code != ErrorCode::kAlreadyExists) return std::unexpected(made.error());
        found = Call("GET", find, "");
    }
    if (!found) return std::unexpected(std::move(found.error()));
    return Field(*found, "experiment", "experiment_id", "");
}

Result<MlflowRun> MlflowClient::CreateRun(const std::string& experiment_id, const std::string& name,
                                          int64_t start_millis) {
    const std::string user = Variable("USER");
    ARGOSY_TRY(const json::value answer,
               Post("runs/create", {{"experiment_id", experiment_id},
                                    {"run_name", name},
                                    {"start_time", start_millis},
                                    {"tags",
                                     {{{"key", "mlflow.user"}, {"value", user}},
                                      {{"key", "mlflow.source.name"}, {"value", "argosy tune"}},
                                      {{"key", "mlflow.source.type"}, {"value", "LOCAL"}}}}}));
    MlflowRun run;
    ARGOSY_TRY(run.id, Field(answer, "run", "info", "run_id"));
    ARGOSY_TRY(run.artifact_uri, Field(answer, "run", "info", "artifact_uri"));
    return run;
}

Result<MlflowRun> MlflowClient::ResumeRun(const std::string& run_id) {
    ARGOSY_TRY(const json::value answer,
               Post("runs/update", {{"run_id", run_id}, {"status", "RUNNING"}}));
    MlflowRun run{run_id, {}};
    ARGOSY_TRY(run.artifact_uri, Field(answer, "run_info", "artifact_uri", ""));
    return run;
}

Result<void> MlflowClient::LogBatch(const std::string& run_id,
                                    const std::vector<MlflowPoint>& points, const RunTexts& params,
                                    const RunTexts& tags) {
    json::array metrics;
    for (const MlflowPoint& point : points) {
        metrics.push_back({{"key", point.key},
                           {"value", MetricJson(point.value)},
                           {"step", point.step},
                           {"timestamp", point.millis}});
    }
    ARGOSY_CHECK_OK(Post("runs/log-batch", {{"run_id", run_id},
                                            {"metrics", std::move(metrics)},
                                            {"params", Texts(params)},
                                            {"tags", Texts(tags)}}));
    return {};
}

Result<void> MlflowClient::EndRun(const std::string& run_id, RunEnd end, int64_t end_millis) {
    ARGOSY_CHECK_OK(Post(
        "runs/update", {{"run_id", run_id}, {"status", ToString(end)}, {"end_time", end_millis}}));
    return {};
}

Result<void> MlflowClient::Upload(const MlflowRun& run, const std::filesystem::path& file,
                                  const std::string& folder) {
    constexpr std::string_view kScheme = "mlflow-artifacts:";
    std::string_view root = run.artifact_uri;
    if (!root.starts_with(kScheme)) {
        return Err(ErrorCode::kUnsupported,
                   "the run keeps its artifacts at {}, not behind the server; start it with "
                   "--serve-artifacts",
                   root);
    }
    root.remove_prefix(kScheme.size());
    if (root.starts_with("//")) root.remove_prefix(std::min(root.find('/', 2), root.size()));
    while (root.starts_with('/')) root.remove_prefix(1);
    ARGOSY_TRY(std::string bytes, ReadFile(file, server_.max_artifact_bytes));
    const std::string name = (folder.empty() ? "" : folder + "/") + file.filename().string();
    const std::string path =
        "/api/2.0/mlflow-artifacts/artifacts/" + PercentEncode(std::string(root) + "/" + name, "/");
    ARGOSY_CHECK_OK(Call("PUT", path, std::move(bytes), "application/octet-stream"));
    return {};
}

}  // namespace argosy::lifecycle
