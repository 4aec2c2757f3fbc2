#include "local/start_plan.h"

#include <algorithm>

namespace argosy::local {

StartPlan PlanChange(const Application& before, const Application& after,
                     const std::set<ResourceId>& failed) {
    const resources::Difference difference = Diff(before, after);
    const resources::Graph needs_before = DependenciesOf(before);
    const resources::Graph needs_after = DependenciesOf(after);
    const std::set<ResourceId> gone(difference.removed.begin(), difference.removed.end());
    std::set<ResourceId> starts(difference.added.begin(), difference.added.end());
    starts.insert(difference.changed.begin(), difference.changed.end());
    const auto touched = [&](const resources::Graph& graph, const ResourceId& id,
                             const std::set<ResourceId>& by) {
        const auto needs = graph.find(id);
        return needs != graph.end() && std::ranges::any_of(needs->second, [&](const auto& need) {
                   return by.contains(need);
               });
    };
    StartPlan plan{difference.removed, {}};
    // In the order of starts, so that a change reaches all that stand on it, however far.
    for (const ResourceId& id : StartOrder(after)) {
        if (starts.contains(id) || failed.contains(id) || touched(needs_after, id, starts) ||
            touched(needs_before, id, gone)) {
            starts.insert(id);
            plan.start.push_back(id);
        }
    }
    return plan;
}

}  // namespace argosy::local
