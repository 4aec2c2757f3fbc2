// Which resource needs which: the order to start them in, and what a new declaration changes.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "resources/application.h"

namespace argosy::resources {

/// What each resource needs. One that needs nothing may be left out.
using Graph = std::map<ResourceId, std::set<ResourceId>>;

/// Every resource of the application is in it, also one that needs nothing.
Graph DependenciesOf(const Application& application);

/// Circles in a graph, each told once, from its first resource on.
std::vector<std::vector<ResourceId>> Circles(const Graph& graph);

/// All resources, each after those it needs, otherwise by kind and name. Stop in the other
/// direction.
std::vector<ResourceId> StartOrder(const Application& application);

/// What differs between two declarations.
struct Difference {
    std::vector<ResourceId> removed;  // in the order to stop them
    std::vector<ResourceId> added;    // in the order to start them
    std::vector<ResourceId> changed;  // in the order of `after`

    bool empty() const { return removed.empty() && added.empty() && changed.empty(); }
};
Difference Diff(const Application& before, const Application& after);

}  // namespace argosy::resources
