#include "resources/kinds.h"

#include <algorithm>

#include "resources/assistant.h"
#include "resources/knowledge_base.h"
#include "resources/model.h"
#include "resources/route.h"
#include "resources/tenant.h"

namespace argosy::resources {

namespace {

template <typename Spec>
const Shape* SpecShape() {
    return &Describe(static_cast<const Spec*>(nullptr)).shape();
}

// What every kind shows after its own columns.
std::vector<PrinterColumn> WithStatus(std::vector<PrinterColumn> columns) {
    columns.push_back({"Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status",
                       "Whether it does its work."});
    columns.push_back({"Reason", "string", ".status.conditions[?(@.type==\"Ready\")].reason",
                       "Why it does or does not."});
    columns.push_back({"Age", "date", ".metadata.creationTimestamp", "Since when it is there."});
    return columns;
}

KindInfo ModelKind() {
    return {Kind::kModel,
            "Model",
            "models",
            {"mdl"},
            SpecShape<ModelSpec>(),
            WithStatus({{"Engine", "string", ".spec.engine", "What runs it."},
                        {"Task", "string", ".spec.task", "What it is for."},
                        {"Replicas", "integer", ".status.readyReplicas", "Replicas that answer."},
                        {"Max", "integer", ".spec.scaling.max", "Most replicas."}}),
            true,
            "source: hf://Qwen/Qwen3-0.6B-GGUF:Q8_0\n"
            "scaling: {min: 0, max: 4}\n"
            "accelerator: {kind: nvidia}\n"};
}

KindInfo KnowledgeBaseKind() {
    return {Kind::kKnowledgeBase,
            "KnowledgeBase",
            "knowledgebases",
            {"kb"},
            SpecShape<KnowledgeBaseSpec>(),
            WithStatus({{"Embedding", "string", ".spec.embedding", "The model of its vectors."},
                        {"Store", "string", ".spec.store.kind", "What keeps them."}}),
            false,
            "sources:\n"
            "- uri: handbook/\n"
            "- uri: https://shop.example/faq.html\n"
            "splitter: {kind: markdown, size: 800}\n"
            "embedding: shop-embed\n"
            "refresh: {every: 1h}\n"};
}

KindInfo AssistantKind() {
    return {Kind::kAssistant,
            "Assistant",
            "assistants",
            {"asst"},
            SpecShape<AssistantSpec>(),
            WithStatus({{"Model", "string", ".spec.model", "The model that answers."},
                        {"Route", "string", ".spec.route", "The route to the models."}}),
            false,
            "prompt: You help visitors of an online shop. Answer from what you are shown.\n"
            "model: shop-chat\n"
            "knowledge: [catalog]\n"
            "memory: {kind: redis, url: 'redis://cache:6379', credential: {env: REDIS_PASSWORD}}\n"
            "guardrails:\n"
            "  input: [{kind: pii, action: mask}, {kind: injection}]\n"};
}

KindInfo RouteKind() {
    return {Kind::kRoute,
            "Route",
            "routes",
            {"rt"},
            SpecShape<RouteSpec>(),
            WithStatus({{"Names", "string", ".spec.names", "What requests ask for."}}),
            false,
            "names: [gpt-4o-mini]\n"
            "backends:\n"
            "- {model: small, weight: 9}\n"
            "- {model: large, weight: 1}\n"
            "fallbacks: [{model: openai}]\n"
            "cache: {expiry: 10m}\n"};
}

KindInfo TenantKind() {
    return {Kind::kTenant,
            "Tenant",
            "tenants",
            {"tnt"},
            SpecShape<TenantSpec>(),
            WithStatus({{"Priority", "string", ".spec.priority", "Who goes first."},
                        {"Budget", "string", ".spec.budget.amount", "Money for a period."}}),
            false,
            "apiKeys:\n"
            "- {name: web, secret: {env: SHOP_KEY, secretKeyRef: {name: shop, key: api-key}}}\n"
            "limits: {tokensPerMinute: 100000}\n"
            "budget: {amount: $50, period: month}\n"};
}

}  // namespace

std::span<const KindInfo> Kinds() {
    static const KindInfo kKinds[] = {ModelKind(), KnowledgeBaseKind(), AssistantKind(),
                                      RouteKind(), TenantKind()};
    return kKinds;
}

const KindInfo& InfoOf(Kind kind) { return Kinds()[static_cast<size_t>(kind)]; }

const KindInfo* FindKind(std::string_view name) {
    const auto found = std::ranges::find(Kinds(), name, &KindInfo::name);
    return found == Kinds().end() ? nullptr : &*found;
}

std::string ResourceId::ToString() const { return InfoOf(kind).name + " " + name; }

}  // namespace argosy::resources
