#include "local/route_part.h"

#include <fmt/ranges.h>

#include <random>

namespace argosy::local {

namespace {

namespace rs = resources;

/// A number from 0 up to 1. Thread-safe.
double Random() {
    thread_local std::mt19937_64 generator{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

std::optional<std::string> ByWeight(const std::vector<rs::Backend>& backends,
                                    const std::function<bool(const std::string&)>& ready,
                                    double random) {
    double sum = 0;
    for (const rs::Backend& backend : backends) {
        if (ready(backend.model)) sum += backend.weight;
    }
    double left = random * sum;
    std::optional<std::string> last;
    for (const rs::Backend& backend : backends) {
        if (backend.weight == 0 || !ready(backend.model)) continue;
        last = backend.model;
        left -= backend.weight;
        if (left < 0) return last;
    }
    return last;
}

using Models = std::map<std::string, std::shared_ptr<const assistant::ChatModel>>;

/// The models of a route as one, for assistants.
class RouteChatModel final : public assistant::ChatModel {
  public:
    RouteChatModel(std::string name, rs::RouteSpec spec, Models models)
        : name_(std::move(name)), spec_(std::move(spec)), models_(std::move(models)) {}

    const std::string& name() const override { return name_; }
    Result<assistant::ModelReply> Chat(const assistant::ModelRequest& request,
                                       const assistant::TextSink& on_text,
                                       std::stop_token stop) const override {
        const auto chosen = ChooseBackend(
            spec_, [this](const std::string& model) { return models_.contains(model); }, false,
            Random());
        if (!chosen) return Err(ErrorCode::kUnavailable, "no model of route {} is there", name_);
        return models_.at(*chosen)->Chat(request, on_text, std::move(stop));
    }

  private:
    const std::string name_;
    const rs::RouteSpec spec_;
    const Models models_;
};

// A route's fallbacks with those of the routes among them in their places.
void Flatten(const rs::RouteSpec& route, const Application& application, rs::RouteSpec& out,
             std::set<std::string>& seen) {
    for (const rs::Fallback& fallback : route.fallbacks) {
        if (fallback.model) out.fallbacks.push_back(fallback);
        const auto other = application.routes.find(fallback.route.value_or(""));
        if (other == application.routes.end() || !seen.insert(other->first).second) continue;
        for (const rs::Backend& backend : other->second.spec.backends) {
            out.fallbacks.push_back({backend.model, {}});
        }
        Flatten(other->second.spec, application, out, seen);
    }
}

Models ModelsOf(const rs::RouteSpec& route, const Parts& running) {
    Models models;
    const auto add = [&](const std::string& name) {
        const PartPtr part = FindPart(running, rs::Kind::kModel, name);
        if (part && part->chat) models[name] = part->chat;
    };
    for (const rs::Backend& backend : route.backends) add(backend.model);
    for (const rs::Fallback& fallback : route.fallbacks) add(fallback.model.value_or(""));
    if (route.canary) add(route.canary->model);
    return models;
}

std::vector<std::string> WarningsOf(const rs::RouteSpec& route, const Models& models) {
    std::vector<std::string> warnings;
    for (const rs::Backend& backend : route.backends) {
        if (!models.contains(backend.model)) {
            warnings.push_back("its backend " + backend.model + " is not there");
        }
    }
    if (route.cache) warnings.push_back("cache has no effect on one machine");
    return warnings;
}

}  // namespace

std::optional<std::string> ChooseBackend(const rs::RouteSpec& route,
                                         const std::function<bool(const std::string&)>& ready,
                                         bool canary_header, double random) {
    if (route.canary && ready(route.canary->model)) {
        const double share = route.canary->percent / 100;
        if (canary_header || random < share) return route.canary->model;
        random = share < 1 ? (random - share) / (1 - share) : 0;
    }
    if (auto chosen = ByWeight(route.backends, ready, random)) return chosen;
    for (const rs::Fallback& fallback : route.fallbacks) {
        if (fallback.model && ready(*fallback.model)) return fallback.model;
    }
    return std::nullopt;
}

Result<Started> StartRoute(const rs::Route& route, const Application& application,
                           const Parts& running) {
    rs::RouteSpec spec = route.spec;
    spec.fallbacks.clear();
    std::set<std::string> seen{route.metadata.name};
    Flatten(route.spec, application, spec, seen);
    const Models models = ModelsOf(spec, running);
    if (models.empty()) {
        return Err(ErrorCode::kUnavailable,
                   "none of its models is there; 'argosy get models' says why");
    }
    auto part = std::make_shared<Part>();
    part->chat = std::make_shared<const RouteChatModel>(route.metadata.name, spec, models);
    const std::vector<std::string> names =
        spec.names.empty() ? std::vector{route.metadata.name} : spec.names;
    for (const std::string& name : names) {
        part->aliases.push_back(
            {name, [spec, models, name](const ServerRequest& request) {
                 const bool header = spec.canary && spec.canary->header &&
                                     !request.headers.Get(*spec.canary->header).empty();
                 const auto chosen = ChooseBackend(
                     spec, [&](const std::string& model) { return models.contains(model); }, header,
                     Random());
                 // There is one: models is not empty, and a backend of weight 0 is a fallback.
                 return serve::ApiResult<std::string>(chosen.value_or(models.begin()->first));
             }});
    }
    return Started{std::move(part),
                   fmt::format("{} model{} behind {}", models.size(), models.size() == 1 ? "" : "s",
                               fmt::join(names, ", ")),
                   WarningsOf(spec, models), json::object{{"models", models.size()}}};
}

}  // namespace argosy::local
