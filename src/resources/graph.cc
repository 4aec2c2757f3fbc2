#include "resources/graph.h"

#include <algorithm>

#include "resources/reference.h"

namespace argosy::resources {

namespace {

template <typename R>
const R* FindIn(const std::map<std::string, R>& map, const std::string& name) {
    const auto found = map.find(name);
    return found == map.end() ? nullptr : &found->second;
}

bool Has(const Application& application, const ResourceId& id) {
    switch (id.kind) {
        case Kind::kModel:
            return application.models.contains(id.name);
        case Kind::kKnowledgeBase:
            return application.knowledge_bases.contains(id.name);
        case Kind::kAssistant:
            return application.assistants.contains(id.name);
        case Kind::kRoute:
            return application.routes.contains(id.name);
        case Kind::kTenant:
            return application.tenants.contains(id.name);
    }
    return false;
}

template <typename R>
bool Same(const std::map<std::string, R>& a, const std::map<std::string, R>& b,
          const std::string& name) {
    const R* left = FindIn(a, name);
    const R* right = FindIn(b, name);
    return left != nullptr && right != nullptr && *left == *right;
}

bool Same(const Application& a, const Application& b, const ResourceId& id) {
    switch (id.kind) {
        case Kind::kModel:
            return Same(a.models, b.models, id.name);
        case Kind::kKnowledgeBase:
            return Same(a.knowledge_bases, b.knowledge_bases, id.name);
        case Kind::kAssistant:
            return Same(a.assistants, b.assistants, id.name);
        case Kind::kRoute:
            return Same(a.routes, b.routes, id.name);
        case Kind::kTenant:
            return Same(a.tenants, b.tenants, id.name);
    }
    return false;
}

// A walk into the depth of a graph: what is needed comes first; a circle is met where a resource is
// come to that is still open. Without recursion, because a circle-free chain may be long.
class DepthFirst {
  public:
    explicit DepthFirst(const Graph& graph) : graph_(graph) {
        for (const auto& [id, unused] : graph) {
            if (!state_.contains(id)) Visit(id);
        }
    }
    std::vector<ResourceId> order;
    std::vector<std::vector<ResourceId>> circles;

  private:
    enum class State { kOpen, kDone };
    struct Step {
        ResourceId id;
        std::vector<ResourceId> rest;  // needed and not gone to yet, last first
    };

    void Enter(const ResourceId& id) {
        state_[id] = State::kOpen;
        Step step{id, {}};
        if (const auto needs = graph_.find(id); needs != graph_.end()) {
            step.rest.assign(needs->second.rbegin(), needs->second.rend());
        }
        path_.push_back(std::move(step));
    }
    void Visit(const ResourceId& first) {
        Enter(first);
        while (!path_.empty()) {
            Step& step = path_.back();
            if (step.rest.empty()) {
                state_[step.id] = State::kDone;
                order.push_back(std::move(step.id));
                path_.pop_back();
                continue;
            }
            const ResourceId next = std::move(step.rest.back());
            step.rest.pop_back();
            const auto state = state_.find(next);
            if (state == state_.end()) {
                Enter(next);
            } else if (state->second == State::kOpen) {
                KeepCircle(next);
            }
        }
    }
    void KeepCircle(const ResourceId& from) {
        std::vector<ResourceId> circle;
        auto step = std::ranges::find(path_, from, &Step::id);
        for (; step != path_.end(); ++step) circle.push_back(step->id);
        circles.push_back(std::move(circle));
    }

    const Graph& graph_;
    std::map<ResourceId, State> state_;
    std::vector<Step> path_;
};

}  // namespace

Graph DependenciesOf(const Application& application) {
    Graph graph;
    ForEachResource(application, [&](const auto& resource) {
        const ResourceId id{KindOf(resource), resource.metadata.name};
        std::set<ResourceId>& needs = graph[id];
        const json::object written = ToJson(resource);
        for (const Reference& reference : ReferencesOf(id, written.at("spec"))) {
            for (const Kind kind : reference.kinds) {
                const ResourceId target{kind, reference.name};
                if (Has(application, target)) needs.insert(target);
            }
        }
    });
    return graph;
}

std::vector<std::vector<ResourceId>> Circles(const Graph& graph) {
    return DepthFirst(graph).circles;
}

std::vector<ResourceId> StartOrder(const Application& application) {
    return DepthFirst(DependenciesOf(application)).order;
}

Difference Diff(const Application& before, const Application& after) {
    Difference difference;
    for (const ResourceId& id : StartOrder(after)) {
        if (!Has(before, id)) {
            difference.added.push_back(id);
        } else if (!Same(before, after, id)) {
            difference.changed.push_back(id);
        }
    }
    for (const ResourceId& id : StartOrder(before)) {
        if (!Has(after, id)) difference.removed.push_back(id);
    }
    std::ranges::reverse(difference.removed);
    return difference;
}

}  // namespace argosy::resources
