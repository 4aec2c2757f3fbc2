// What a new declaration changes of what runs: pure functions.
#pragma once

#include <set>
#include <vector>

#include "resources/graph.h"

namespace argosy::local {

using resources::Application;
using resources::ResourceId;

struct StartPlan {
    std::vector<ResourceId> stop;   // in this order: what needs another goes before it
    std::vector<ResourceId> start;  // in this order, what runs already being replaced
    bool operator==(const StartPlan&) const = default;
};

/// Starts what is new or changed, what needs such a thing or needed one that is gone (it holds on
/// to the old one), and what did not start before (`failed`). All else goes on untouched.
StartPlan PlanChange(const Application& before, const Application& after,
                     const std::set<ResourceId>& failed);

}  // namespace argosy::local
