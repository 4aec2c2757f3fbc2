#include "local/running_app.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "local/install_paths.h"
#include "net/http_client.h"

namespace argosy::local {

namespace {

namespace fs = std::filesystem;

// Those below the root: all, or those that a process has.
std::vector<fs::path> StatesIn(const fs::path& root, bool running_only) {
    std::vector<fs::path> states;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(root, error)) {
        if (!fs::exists(entry.path() / "lock", error)) continue;
        const auto control = ReadControl(entry.path());
        if (!running_only || (control && *control)) states.push_back(entry.path());
    }
    std::ranges::sort(states);
    return states;
}

std::string MessageOf(const HttpResponse& response) {
    const auto body = ParseJson(response.body);
    const json::object* object = body ? body->if_object() : nullptr;
    const json::value* error = object ? object->if_contains("error") : nullptr;
    const json::object* inner = error ? error->if_object() : nullptr;
    const json::value* message = inner ? inner->if_contains("message") : nullptr;
    if (message != nullptr && message->is_string()) return std::string(message->as_string());
    return fmt::format("HTTP {}", response.status);
}

}  // namespace

Result<fs::path> FindState(const Which& which, const Environment& environment, bool dead_too) {
    if (!which.state.empty()) return fs::path(which.state);
    ARGOSY_TRY(const fs::path root, StateRoot(environment));
    if (!which.file.empty()) return root / ApplicationName(which.file);
    std::vector<fs::path> states = StatesIn(root, true);
    if (states.empty() && dead_too) states = StatesIn(root, false);
    if (states.size() == 1) return states.front();
    if (states.empty()) {
        return Err(ErrorCode::kNotFound,
                   "no application runs; start one with 'argosy up -f app.yaml', or name its state "
                   "with --state");
    }
    std::vector<std::string> names;
    for (const fs::path& state : states) names.push_back(state.string());
    return Err(ErrorCode::kNotFound, "several applications are there; choose one by --state: {}",
               fmt::join(names, ", "));
}

Result<RunningApp> RunningApp::Find(const Which& which, const Environment& environment) {
    ARGOSY_TRY(const fs::path state, FindState(which, environment));
    ARGOSY_TRY(auto control, ReadControl(state));
    if (control) return RunningApp(std::move(*control));
    return Err(ErrorCode::kUnavailable,
               "no argosy up has its state in {}; start it with 'argosy up "
               "-f app.yaml --state {}'",
               state.string(), state.string());
}

Result<json::value> RunningApp::Get(const std::string& path) const {
    HttpClient client({.use_proxy_environment = false});
    HttpRequest request{.url = control_.url + path,
                        .headers = {{"Authorization", "Bearer " + control_.key}}};
    request.total_timeout = std::chrono::seconds(30);
    ARGOSY_TRY(const HttpResponse response, client.Fetch(std::move(request)));
    if (response.ok()) return ParseJson(response.body);
    const ErrorCode code =
        response.status == 404 ? ErrorCode::kNotFound : ErrorCode::kInvalidArgument;
    return Err(code, "{}", MessageOf(response));
}

}  // namespace argosy::local
