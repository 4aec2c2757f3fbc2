// What the operator says of a resource: one reason, one fix.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/describe/description.h"

namespace argosy::resources {

/// As Kubernetes' metav1.Condition.
struct Condition {
    std::string type;
    std::string status;
    std::string reason;
    std::string message;
    std::string last_transition_time;
    std::optional<int> observed_generation;

    bool operator==(const Condition&) const = default;
};
const Description<Condition>& Describe(const Condition*);

struct Status {
    std::optional<int> observed_generation;
    std::vector<Condition> conditions;
    std::optional<std::string> address;
    std::optional<int> replicas;
    std::optional<int> ready_replicas;
    std::optional<std::string> selector;

    bool operator==(const Status&) const = default;
};
const Description<Status>& Describe(const Status*);

}  // namespace argosy::resources
