// How many replicas of a model run, and what the scaler holds to.
#pragma once

#include <optional>

#include "resources/describe/description.h"

namespace argosy::resources {

/// Each that is given is kept; the one that asks for most replicas decides.
struct Objective {
    std::optional<Duration> ttft;
    std::optional<Duration> itl;
    std::optional<int> queued;
    std::optional<int> running;
    std::optional<double> kv_use;

    bool operator==(const Objective&) const = default;
};
const Description<Objective>& Describe(const Objective*);

struct Scaling {
    int min = 1;
    int max = 1;
    Objective objective;
    Duration idle_after = std::chrono::minutes(10);
    Duration cooldown = std::chrono::minutes(5);

    bool operator==(const Scaling&) const = default;
};
const Description<Scaling>& Describe(const Scaling*);

}  // namespace argosy::resources
