#include "local/assistant_part.h"

#include <fmt/ranges.h>

#include "local/assistant_options.h"
#include "local/assistant_tools.h"
#include "local/knowledge_searcher.h"
#include "local/secrets.h"
#include "net/url.h"

namespace argosy::local {

namespace {

namespace rs = resources;
using assistant::SessionStore;

// The declared address with the credential in it: the password, or user:password.
Result<std::string> WithCredential(const rs::Memory& memory, const Surroundings& around) {
    const std::string url = memory.url.value_or("");
    if (!memory.credential) return url;
    ARGOSY_TRY(const std::string secret, ReadSecret(*memory.credential, around.environment));
    const size_t host = url.find("://");
    if (host == std::string::npos) {
        return Err(ErrorCode::kInvalidArgument, "spec.memory.url is no address");
    }
    const size_t colon = secret.find(':');
    const std::string user = colon == std::string::npos ? "" : secret.substr(0, colon);
    const std::string password = colon == std::string::npos ? secret : secret.substr(colon + 1);
    return url.substr(0, host + 3) + PercentEncode(user) + ":" + PercentEncode(password) + "@" +
           url.substr(host + 3);
}

Result<std::shared_ptr<SessionStore>> OpenSessions(const rs::Assistant& assistant,
                                                   const Surroundings& around) {
    const rs::Memory& memory = assistant.spec.memory;
    assistant::SessionLimits limits;
    limits.max_age = memory.expiry;
    std::string url;
    switch (memory.kind) {
        case rs::MemoryKind::kNone:
            return nullptr;
        case rs::MemoryKind::kSqlite: {
            const auto folder = around.state / "memory";
            std::error_code ignored;
            std::filesystem::create_directories(folder, ignored);
            url = "sqlite://" + (folder / (assistant.metadata.name + ".db")).string();
            break;
        }
        case rs::MemoryKind::kRedis:
        case rs::MemoryKind::kPostgres: {
            ARGOSY_TRY(url, WithCredential(memory, around));
            break;
        }
    }
    ARGOSY_TRY(auto store, assistant::OpenSessionStore(url, limits));
    return std::shared_ptr<SessionStore>(std::move(store));
}

PartPtr Answering(const rs::AssistantSpec& spec, const Parts& running) {
    if (spec.route) return FindPart(running, rs::Kind::kRoute, *spec.route);
    return FindPart(running, rs::Kind::kModel, spec.model.value_or(""));
}

rs::Sampling SamplingOfModel(const rs::AssistantSpec& spec, const Application& application) {
    const auto model = application.models.find(spec.model.value_or(""));
    return model == application.models.end() ? rs::Sampling{} : model->second.spec.sampling;
}

size_t LimitOf(const rs::AssistantSpec& spec, const Application& application) {
    size_t limit = 0;
    for (const std::string& name : spec.knowledge) {
        const auto base = application.knowledge_bases.find(name);
        if (base == application.knowledge_bases.end()) continue;
        limit = std::max(limit, static_cast<size_t>(base->second.spec.search.limit));
    }
    return limit;
}

std::string Summary(const rs::AssistantSpec& spec, const assistant::AssistantParts& parts) {
    std::string text = "answers by " + (spec.route ? *spec.route : spec.model.value_or(""));
    if (!spec.knowledge.empty()) text += fmt::format(" from {}", fmt::join(spec.knowledge, ", "));
    const size_t tools = parts.tools ? parts.tools->specs().size() : 0;
    if (tools > 0) text += fmt::format(", {} tool{}", tools, tools == 1 ? "" : "s");
    return text;
}

}  // namespace

Result<Started> StartAssistant(const rs::Assistant& declared, const Application& application,
                               const Surroundings& around, const Parts& running) {
    const rs::AssistantSpec& spec = declared.spec;
    const PartPtr model = Answering(spec, running);
    if (!model || !model->chat) {
        return Err(ErrorCode::kUnavailable, "{} '{}' is not there to answer",
                   spec.route ? "Route" : "Model", spec.route.value_or(spec.model.value_or("")));
    }
    std::vector<std::string> warnings;
    auto config = AssistantConfigOf(declared, SamplingOfModel(spec, application), warnings);
    if (const size_t limit = LimitOf(spec, application); limit > 0) config.search.limit = limit;
    assistant::AssistantParts parts;
    parts.model = model->chat;
    std::vector<std::shared_ptr<const retrieval::KnowledgeBase>> bases;
    for (const std::string& name : spec.knowledge) {
        const PartPtr base = FindPart(running, rs::Kind::kKnowledgeBase, name);
        if (base && base->knowledge) bases.push_back(base->knowledge);
    }
    if (!bases.empty()) parts.searcher = MakeKnowledgeSearcher(std::move(bases));
    ARGOSY_TRY(parts.sessions, OpenSessions(declared, around));
    ARGOSY_TRY(ToolParts tools, MakeTools(spec, around, warnings));
    parts.tools = tools.box;
    auto part = std::make_shared<Part>();
    part->keeps.push_back(std::shared_ptr<const HttpClient>(std::move(tools.client)));
    std::string message = Summary(spec, parts);
    json::object details{{"model", model->chat->name()}, {"knowledge", spec.knowledge.size()}};
    part->assistant = std::make_shared<const assistant::Assistant>(std::move(config), parts);
    return Started{std::move(part), std::move(message), std::move(warnings), std::move(details)};
}

}  // namespace argosy::local
