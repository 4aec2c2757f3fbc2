#include "local/status_board.h"

#include <fmt/chrono.h>

#include <chrono>

namespace argosy::local {

namespace {

// As Kubernetes' conditions: what a dashboard or kubectl's habits look for.
json::array Conditions(const ResourceStatus& status) {
    const char* ready = status.state == State::kReady      ? "True"
                        : status.state == State::kDegraded ? "False"
                                                           : "Unknown";
    json::array conditions;
    conditions.push_back({{"type", "Ready"},
                          {"status", ready},
                          {"reason", status.reason},
                          {"message", status.message},
                          {"lastTransitionTime", FormatTime(status.since)}});
    return conditions;
}

}  // namespace

const char* ToString(State state) {
    switch (state) {
        case State::kProgressing:
            return "Progressing";
        case State::kReady:
            return "Ready";
        case State::kDegraded:
            return "Degraded";
    }
    return "";
}

std::string FormatTime(int64_t unix_millis) {
    const auto time = static_cast<std::time_t>(unix_millis / 1000);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

json::object Event::ToJson() const {
    return {{"at", FormatTime(at)},
            {"state", local::ToString(state)},
            {"reason", reason},
            {"message", message}};
}

json::object ResourceStatus::ToJson(bool all) const {
    json::object out{{"kind", InfoOf(id.kind).name},
                     {"name", id.name},
                     {"state", local::ToString(state)},
                     {"reason", reason},
                     {"message", message},
                     {"since", FormatTime(since)}};
    if (!all) return out;
    out["details"] = details;
    out["conditions"] = Conditions(*this);
    json::array list;
    for (const Event& event : events) list.push_back(event.ToJson());
    out["events"] = std::move(list);
    return out;
}

StatusBoard::StatusBoard(Clock clock, Listener listener)
    : clock_(std::move(clock)), listener_(std::move(listener)) {}

void StatusBoard::Set(const ResourceId& id, State state, std::string reason, std::string message) {
    const std::scoped_lock telling(telling_);
    ResourceStatus copy;
    bool progress = false;
    {
        const std::scoped_lock lock(mutex_);
        const auto [entry, added] = statuses_.try_emplace(id);
        ResourceStatus& status = entry->second;
        const int64_t now = clock_();
        if (added || status.state != state) status.since = now;
        progress = !added && status.state == state && status.reason == reason;
        if (progress && status.message == message) return;
        if (!progress) status.events.push_back({now, state, reason, message});
        if (status.events.size() > kMaxEvents) status.events.pop_front();
        status.id = id;
        status.state = state;
        status.reason = std::move(reason);
        status.message = std::move(message);
        copy = status;
    }
    if (listener_) listener_(copy, progress);
}

void StatusBoard::SetDetails(const ResourceId& id, json::object details) {
    const std::scoped_lock lock(mutex_);
    const auto found = statuses_.find(id);
    if (found != statuses_.end()) found->second.details = std::move(details);
}

void StatusBoard::Remove(const ResourceId& id) {
    const std::scoped_lock lock(mutex_);
    statuses_.erase(id);
}

std::vector<ResourceStatus> StatusBoard::All() const {
    const std::scoped_lock lock(mutex_);
    std::vector<ResourceStatus> all;
    for (const auto& [id, status] : statuses_) all.push_back(status);
    return all;
}

std::optional<ResourceStatus> StatusBoard::Find(const ResourceId& id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = statuses_.find(id);
    if (found == statuses_.end()) return std::nullopt;
    return found->second;
}

}  // namespace argosy::local
