// CustomResourceDefinitions: the same descriptions as the API server reads them.
#include <algorithm>

#include "resources/describe/schema.h"
#include "resources/metadata.h"
#include "resources/schemas.h"
#include "resources/status.h"
#include "resources/yaml/writer.h"

namespace argosy::resources {

namespace {

std::string Lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

json::object Names(const KindInfo& info) {
    json::array short_names;
    for (const std::string& name : info.short_names) short_names.push_back(json::string(name));
    return {{"kind", info.name},
            {"listKind", info.name + "List"},
            {"plural", info.plural},
            {"singular", Lower(info.name)},
            {"shortNames", std::move(short_names)},
            {"categories", {"argosy"}}};
}

// Only a Model has replicas.
json::object StatusSchema(const KindInfo& info) {
    json::object schema = SchemaOf({.name = "status",
                                    .doc = "What the operator says. It writes it; leave it out.",
                                    .shape = ShapeOf<Status>()},
                                   Dialect::kKubernetes);
    if (!info.scales) {
        for (const char* field : {"replicas", "readyReplicas", "selector"}) {
            schema["properties"].as_object().erase(field);
        }
    }
    json::object& generation = schema["properties"].as_object()["observedGeneration"].as_object();
    generation["format"] = "int64";
    return schema;
}

json::object Schema(const KindInfo& info) {
    const FieldShape spec{.name = "spec",
                          .doc = info.spec->doc,
                          .shape = {std::shared_ptr<const Shape>(), info.spec}};
    return {{"type", "object"},
            {"description", info.spec->doc},
            {"required", {"spec"}},
            {"properties",
             {{"apiVersion", {{"type", "string"}}},
              {"kind", {{"type", "string"}}},
              {"metadata", {{"type", "object"}}},
              {"spec", SchemaOf(spec, Dialect::kKubernetes)},
              {"status", StatusSchema(info)}}}};
}

json::array Columns(const KindInfo& info) {
    json::array columns;
    for (const PrinterColumn& column : info.columns) {
        columns.push_back({{"name", column.name},
                           {"type", column.type},
                           {"jsonPath", column.path},
                           {"description", column.doc}});
    }
    return columns;
}

json::object Subresources(const KindInfo& info) {
    json::object out{{"status", json::object()}};
    if (info.scales) {
        out["scale"] = {{"specReplicasPath", ".spec.replicas"},
                        {"statusReplicasPath", ".status.replicas"},
                        {"labelSelectorPath", ".status.selector"}};
    }
    return out;
}

}  // namespace

json::object Crd(Kind kind) {
    const KindInfo& info = InfoOf(kind);
    return {{"apiVersion", "apiextensions.k8s.io/v1"},
            {"kind", "CustomResourceDefinition"},
            {"metadata", {{"name", info.plural + "." + kGroup}}},
            {"spec",
             {{"group", kGroup},
              {"scope", "Namespaced"},
              {"names", Names(info)},
              {"versions",
               {{{"name", kVersion},
                 {"served", true},
                 {"storage", true},
                 {"additionalPrinterColumns", Columns(info)},
                 {"subresources", Subresources(info)},
                 {"schema", {{"openAPIV3Schema", Schema(info)}}}}}}}}};
}

std::string CrdFileName(Kind kind) {
    return fmt::format("{}_{}.yaml", kGroup, InfoOf(kind).plural);
}

std::string CrdFile(Kind kind) {
    return "# Made by `argosy schema --crd deploy/crds`; change src/resources instead.\n" +
           WriteYaml(Crd(kind));
}

}  // namespace argosy::resources
