// What is known of each resource: its state, one reason, a message that says what to do, since
// when, and what happened before. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "resources/kinds.h"

namespace argosy::local {

using resources::ResourceId;

enum class State {
    kProgressing,  // on its way
    kReady,
    kDegraded,  // does not do all of its work: the message says why, and what would help
};
/// "Progressing", "Ready", "Degraded".
const char* ToString(State state);

struct Event {
    int64_t at = 0;  // milliseconds since 1970
    State state = State::kProgressing;
    std::string reason;  // one word for programs: "Loading", "NotFound"
    std::string message;

    json::object ToJson() const;
};

struct ResourceStatus {
    ResourceId id;
    State state = State::kProgressing;
    std::string reason;
    std::string message;
    int64_t since = 0;     // of the state, not of the message
    json::object details;  // what runs: sizes, counts, addresses
    std::deque<Event> events;

    /// {"kind", "name", "state", "reason", "message", "since"}, with all: "details", "conditions",
    /// "events".
    json::object ToJson(bool all) const;
};

/// "2026-11-25T08:42:20Z".
std::string FormatTime(int64_t unix_millis);

class StatusBoard {
  public:
    using Clock = std::function<int64_t()>;  // milliseconds since 1970
    /// Called after each change, one at a time; `progress` where only the message did.
    using Listener = std::function<void(const ResourceStatus& status, bool progress)>;

    static constexpr size_t kMaxEvents = 50;  // of a resource; the oldest go

    StatusBoard(Clock clock, Listener listener);

    /// The same state and reason again with another message is progress: no event of its own.
    void Set(const ResourceId& id, State state, std::string reason, std::string message);
    void SetDetails(const ResourceId& id, json::object details);
    void Remove(const ResourceId& id);

    /// By kind and name.
    std::vector<ResourceStatus> All() const;
    std::optional<ResourceStatus> Find(const ResourceId& id) const;

  private:
    const Clock clock_;
    const Listener listener_;
    mutable std::mutex mutex_;
    std::map<ResourceId, ResourceStatus> statuses_;  // GUARDED_BY(mutex_)
    std::mutex telling_;  // held while the listener is called, so that it hears things in order
};

}  // namespace argosy::local
