#include "local/reconciler.h"

#include <fmt/ranges.h>

namespace argosy::local {

namespace {

// A reason for programs, as conditions have it: "not_found" is "NotFound".
std::string ReasonOf(ErrorCode code) {
    std::string reason;
    bool upper = true;
    for (const char c : std::string_view(ToString(code))) {
        if (c != '_') reason += upper ? static_cast<char>(c - 'a' + 'A') : c;
        upper = c == '_';
    }
    return reason;
}

bool MayPass(ErrorCode code) {
    return code == ErrorCode::kUnavailable || code == ErrorCode::kDeadlineExceeded ||
           code == ErrorCode::kResourceExhausted;
}

}  // namespace

void Reconciler::Apply(Application wanted, std::stop_token stop) {
    const StartPlan plan = PlanChange(application_, wanted, failed_);
    application_ = std::move(wanted);
    for (const ResourceId& id : plan.stop) Stop(id);
    for (const ResourceId& id : plan.start) {
        const bool runs = parts_.contains(id);
        board_.Set(id, State::kProgressing, "Waiting",
                   runs ? "waits to be replaced; the old one still answers" : "waits for its turn");
    }
    if (!plan.stop.empty()) publish_(parts_);
    for (const ResourceId& id : plan.start) {
        failed_.erase(id);
        retryable_.erase(id);
        if (stop.stop_requested()) {
            failed_.insert(id);
            continue;
        }
        if (!NeedsMissing(id)) StartOne(id, stop);
    }
}

void Reconciler::Stop(const ResourceId& id) {
    parts_.erase(id);
    failed_.erase(id);
    retryable_.erase(id);
    board_.Remove(id);
}

// Says so where something that the resource needs does not run.
bool Reconciler::NeedsMissing(const ResourceId& id) {
    const resources::Graph graph = DependenciesOf(application_);
    const auto needs = graph.find(id);
    if (needs == graph.end() || id.kind == resources::Kind::kRoute ||
        id.kind == resources::Kind::kTenant) {
        return false;  // a Route goes on with the backends that there are
    }
    for (const ResourceId& need : needs->second) {
        if (parts_.contains(need)) continue;
        failed_.insert(id);
        board_.Set(id, State::kDegraded, "NeedsAnother",
                   fmt::format("{} is not there; 'argosy describe {}/{}' says why", need.ToString(),
                               InfoOf(need.kind).plural, need.name));
        return true;
    }
    return false;
}

void Reconciler::StartOne(const ResourceId& id, std::stop_token stop) {
    board_.Set(id, State::kProgressing, "Starting", "starts");
    const StartContext context{[&](const std::string& message) {
                                   board_.Set(id, State::kProgressing, "Starting", message);
                               },
                               std::move(stop)};
    Result<Started> started = Err(ErrorCode::kInternal, "not started");
    try {
        started = starter_.Start(id, application_, parts_, context);
    } catch (const std::exception& e) {  // out of memory, or a bug: this resource's, not all
        started = Err(ErrorCode::kInternal, "{}", e.what());
    }
    if (!started) return Fail(id, started.error());
    parts_[id] = std::move(started->part);
    board_.SetDetails(id, std::move(started->details));
    publish_(parts_);
    if (started->warnings.empty()) {
        board_.Set(id, State::kReady, "Running", started->message);
    } else {
        board_.Set(id, State::kDegraded, "NotAllApplied",
                   fmt::format("runs, but {}", fmt::join(started->warnings, "; ")));
    }
}

void Reconciler::Fail(const ResourceId& id, const Error& error) {
    failed_.insert(id);
    if (MayPass(error.code)) retryable_.insert(id);
    const bool runs = parts_.contains(id);
    board_.Set(id, State::kDegraded, ReasonOf(error.code),
               error.ToString() + (runs ? "; what ran before still answers" : ""));
}

void Reconciler::StopAll() {
    const std::vector<ResourceId> order = StartOrder(application_);
    for (auto id = order.rbegin(); id != order.rend(); ++id) parts_.erase(*id);
    publish_(parts_);
}

}  // namespace argosy::local
