// The schema that editors complete and check by.
#include "resources/describe/schema.h"
#include "resources/metadata.h"
#include "resources/schemas.h"

namespace argosy::resources {

namespace {

json::object Draft() { return {{"$schema", "https://json-schema.org/draft/2020-12/schema"}}; }

// A document of one kind. What the server adds to metadata and as status passes.
json::object DocumentSchema(const KindInfo& info) {
    json::object metadata = SchemaOf({.name = "metadata",
                                      .doc = "The name of the resource, and marks.",
                                      .shape = ShapeOf<Metadata>()},
                                     Dialect::kEditor);
    metadata["additionalProperties"] = true;
    json::object spec = SchemaOf({.name = "spec",
                                  .doc = info.spec->doc,
                                  .shape = {std::shared_ptr<const Shape>(), info.spec}},
                                 Dialect::kEditor);
    return {{"type", "object"},
            {"description", info.spec->doc},
            {"properties",
             {{"apiVersion", {{"const", kApiVersion}}},
              {"kind", {{"const", info.name}}},
              {"metadata", std::move(metadata)},
              {"spec", std::move(spec)},
              {"status", {{"type", "object"}}}}},
            {"required", {"apiVersion", "kind", "metadata", "spec"}},
            {"additionalProperties", false}};
}

json::object KindIs(const KindInfo& info) {
    return {{"properties", {{"kind", {{"const", info.name}}}}}, {"required", {"kind"}}};
}

}  // namespace

json::object JsonSchema(Kind kind) {
    json::object schema = Draft();
    schema["title"] = "Argosy " + InfoOf(kind).name;
    for (auto& [key, value] : DocumentSchema(InfoOf(kind))) schema[key] = value;
    return schema;
}

json::object JsonSchema() {
    json::array names, kinds;
    json::object definitions;
    for (const KindInfo& info : Kinds()) {
        names.push_back(json::string(info.name));
        definitions[info.name] = DocumentSchema(info);
        kinds.push_back({{"if", KindIs(info)}, {"then", {{"$ref", "#/$defs/" + info.name}}}});
    }
    json::object schema = Draft();
    schema["title"] = "Argosy application";
    schema["description"] = "A document of an Argosy application, or an object of another API.";
    schema["type"] = "object";
    schema["required"] = {"apiVersion", "kind"};
    // Ours by its version or its kind; anything else is for a cluster.
    const json::object ours{{"anyOf",
                             {{{"properties", {{"apiVersion", {{"pattern", "argosy"}}}}}},
                              {{"properties", {{"kind", {{"enum", names}}}}}}}}};
    schema["if"] = ours;
    schema["then"] = {
        {"properties", {{"apiVersion", {{"const", kApiVersion}}}, {"kind", {{"enum", names}}}}},
        {"allOf", std::move(kinds)}};
    schema["$defs"] = std::move(definitions);
    return schema;
}

}  // namespace argosy::resources
