// Application: all resources of a declaration, by kind and name, each correct and all that they
// refer to there.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "resources/assistant.h"
#include "resources/kinds.h"
#include "resources/knowledge_base.h"
#include "resources/model.h"
#include "resources/problem.h"
#include "resources/route.h"
#include "resources/tenant.h"

namespace argosy::resources {

struct Application {
    std::map<std::string, Model> models;
    std::map<std::string, KnowledgeBase> knowledge_bases;
    std::map<std::string, Assistant> assistants;
    std::map<std::string, Route> routes;
    std::map<std::string, Tenant> tenants;
    /// Objects of other APIs in the file ("v1 Secret shop"), which only a cluster reads.
    std::vector<std::string> others;

    /// Whether the same is declared, wherever it stands.
    bool operator==(const Application&) const = default;
};

/// Reads YAML of one or more documents. On failure all problems, in the order of the file; `file`
/// is its name in them.
std::expected<Application, Problems> ParseApplication(std::string_view text,
                                                      const std::string& file = {});
/// The same from a file. A file that can't be read is a problem without a place.
std::expected<Application, Problems> LoadApplication(const std::filesystem::path& path);

/// One object of Kubernetes' API server as a resource; R is Model, KnowledgeBase ... Its references
/// are not followed.
template <typename R>
std::expected<R, Problems> ReadObject(const json::value& object);

/// The kind of a resource's type.
constexpr Kind KindOf(const Model&) { return Kind::kModel; }
constexpr Kind KindOf(const KnowledgeBase&) { return Kind::kKnowledgeBase; }
constexpr Kind KindOf(const Assistant&) { return Kind::kAssistant; }
constexpr Kind KindOf(const Route&) { return Kind::kRoute; }
constexpr Kind KindOf(const Tenant&) { return Kind::kTenant; }

/// Calls `visit` with every resource, by kind and name.
template <typename App, typename Visit>
void ForEachResource(App& application, Visit visit) {
    for (auto& entry : application.models) visit(entry.second);
    for (auto& entry : application.knowledge_bases) visit(entry.second);
    for (auto& entry : application.assistants) visit(entry.second);
    for (auto& entry : application.routes) visit(entry.second);
    for (auto& entry : application.tenants) visit(entry.second);
}

/// The resource as its YAML has it: apiVersion, kind, metadata, spec.
template <typename Spec>
json::object ToJson(const Resource<Spec>& resource, WriteOptions options = {}) {
    return {{"apiVersion", kApiVersion},
            {"kind", InfoOf(KindOf(resource)).name},
            {"metadata", Codec<Metadata>::Write(resource.metadata, options)},
            {"spec", Codec<Spec>::Write(resource.spec, options)}};
}

/// The application as YAML, a document a resource. ParseApplication gives the same again.
std::string ToYaml(const Application& application, WriteOptions options = {});

}  // namespace argosy::resources
