#include "local/api_assembly.h"

#include "assistant/face/assistant_face.h"
#include "console/console.h"
#include "local/resource_routes.h"
#include "local/tenant_part.h"
#include "serve/knowledge/knowledge_face.h"
#include "serve/respond.h"

namespace argosy::local {

namespace {

using serve::ApiContent;
using serve::ExtraRoute;

void AddModels(const Parts& parts, ApiContent& content) {
    for (const auto& [id, part] : parts) {
        if (part->host) content.hosts.push_back(part->host);
        if (part->extra) content.extra_models.push_back(*part->extra);
        for (const serve::ModelAlias& alias : part->aliases) content.aliases.push_back(alias);
        content.keeps.push_back(part);
    }
}

void AddKeys(const Parts& parts, const ApiNeeds& needs, ApiContent& content) {
    if (!needs.has_tenants) return;
    content.api_keys.push_back(needs.control_key);
    std::vector<PartPtr> tenants;
    for (const auto& [id, part] : parts) {
        if (id.kind != resources::Kind::kTenant) continue;
        content.api_keys.insert(content.api_keys.end(), part->keys.begin(), part->keys.end());
        tenants.push_back(part);
    }
    content.refuse = [tenants = std::move(tenants)](const ServerRequest& request,
                                                    const std::string& model) {
        return RefuseModel(tenants, request, model);
    };
}

// An assistant's own routes hold to the same rule as its name in the OpenAI API.
void Guard(const ApiContent& content, ExtraRoute& route) {
    if (!content.refuse) return;
    route.handler = [refuse = content.refuse, handler = std::move(route.handler)](
                        const std::shared_ptr<Exchange>& exchange) {
        const std::string name(exchange->request().Param("name"));
        if (!name.empty()) {
            if (const auto error = refuse(exchange->request(), name)) {
                return serve::RespondError(*exchange, *error);
            }
        }
        handler(exchange);
    };
}

assistant::IngestFunction IngestInto(const Parts& parts) {
    std::shared_ptr<retrieval::KnowledgeBase> base;
    for (const auto& [id, part] : parts) {
        if (part->knowledge && !base) base = part->knowledge;
    }
    if (!base) return {};
    return [base](const std::string& url) -> Result<json::object> {
        ARGOSY_TRY(const auto report, base->IngestSource({.uri = url}));
        return report.ToJson();
    };
}

void AddAssistants(const Parts& parts, ApiContent& content) {
    std::vector<std::shared_ptr<const assistant::Assistant>> assistants;
    for (const auto& [id, part] : parts) {
        if (part->assistant) assistants.push_back(part->assistant);
    }
    assistant::FaceOptions options;
    options.ingest = IngestInto(parts);
    const auto face =
        std::make_shared<assistant::AssistantFace>(std::move(assistants), std::move(options));
    for (serve::ExtraModel& model : face->Models()) {
        content.extra_models.push_back(std::move(model));
    }
    for (ExtraRoute& route : face->Routes()) {
        Guard(content, route);
        content.extra_routes.push_back(std::move(route));
    }
    content.keeps.insert(content.keeps.begin(), face);  // ends before what it stands on
}

void AddKnowledge(const Parts& parts, ApiContent& content) {
    const auto set = std::make_shared<serve::KnowledgeSet>();
    for (const auto& [id, part] : parts) {
        // Their names are the resources', of which there is one each.
        if (part->knowledge) (void)set->Add({.base = part->knowledge});
    }
    const auto face = std::make_shared<serve::KnowledgeFace>(set, serve::KnowledgeFaceOptions{});
    for (ExtraRoute& route : face->Routes()) content.extra_routes.push_back(std::move(route));
    content.keeps.insert(content.keeps.begin(), face);
}

// Its files hold nothing secret: the page asks for the key itself.
void AddConsole(ApiContent& content) {
    if (console::EmbeddedFiles().empty()) return;  // built without: the chat page stays
    for (console::ConsoleRoute& route : console::ConsoleRoutes()) {
        content.extra_routes.push_back({std::move(route.method), std::move(route.pattern),
                                        std::move(route.handler), /*open=*/true});
    }
}

}  // namespace

serve::ApiContent AssembleApi(const Parts& parts, const ApiNeeds& needs) {
    ApiContent content;
    content.ready = needs.ready;
    AddModels(parts, content);
    AddKeys(parts, needs, content);
    AddAssistants(parts, content);
    AddKnowledge(parts, content);
    AddConsole(content);
    for (ExtraRoute& route : ResourceRoutes(*needs.board)) {
        content.extra_routes.push_back(std::move(route));
    }
    return content;
}

}  // namespace argosy::local
