#include "local/local_starter.h"

#include <fmt/ranges.h>

#include "local/assistant_part.h"
#include "local/knowledge_part.h"
#include "local/model_part.h"
#include "local/route_part.h"
#include "local/tenant_part.h"

namespace argosy::local {

Result<Started> LocalStarter::Start(const ResourceId& id, const Application& application,
                                    const Parts& running, const StartContext& context) {
    using resources::Kind;
    switch (id.kind) {
        case Kind::kModel:
            return StartModel(application.models.at(id.name), around_, context);
        case Kind::kKnowledgeBase:
            return StartKnowledge(application.knowledge_bases.at(id.name), around_, running,
                                  context, Telling(id));
        case Kind::kAssistant:
            return StartAssistant(application.assistants.at(id.name), application, around_,
                                  running);
        case Kind::kRoute:
            return StartRoute(application.routes.at(id.name), application, running);
        case Kind::kTenant:
            return StartTenant(application.tenants.at(id.name), application, around_);
    }
    return Err(ErrorCode::kInternal, "a kind without a starter");
}

// What later refreshes of a knowledge base came to, unless it was removed meanwhile.
std::function<void(const Result<Started>&)> LocalStarter::Telling(const ResourceId& id) {
    return [&board = board_, id](const Result<Started>& outcome) {
        if (!board.Find(id)) return;
        if (!outcome) {
            return board.Set(id, State::kDegraded, "RefreshFailed",
                             outcome.error().ToString() + "; what was read before still answers");
        }
        board.SetDetails(id, outcome->details);
        if (outcome->warnings.empty()) {
            return board.Set(id, State::kReady, "Running", outcome->message);
        }
        board.Set(id, State::kDegraded, "NotAllApplied",
                  fmt::format("runs, but {}", fmt::join(outcome->warnings, "; ")));
    };
}

std::map<std::filesystem::path, std::vector<std::string>> WatchedSources(
    const Application& application, const Surroundings& around) {
    std::map<std::filesystem::path, std::vector<std::string>> watched;
    for (const auto& [name, base] : application.knowledge_bases) {
        if (base.spec.refresh) continue;
        for (const resources::KnowledgeSource& source : base.spec.sources) {
            const std::string path = Resolved(around, source.uri);
            if (path.find("://") != std::string::npos) continue;
            watched[std::filesystem::path(path).lexically_normal()].push_back(name);
        }
    }
    return watched;
}

}  // namespace argosy::local
