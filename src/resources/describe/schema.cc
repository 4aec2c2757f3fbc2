#include "resources/describe/schema.h"

namespace argosy::resources {

namespace {

json::object Node(const Shape& shape, const Limits& limits, Dialect dialect);

// A whole number where it is one: "minimum: 1" and not "1.0".
json::value Number(double value) {
    const auto whole = static_cast<int64_t>(value);
    if (static_cast<double>(whole) == value) return whole;
    return value;
}

void AddRange(json::object& schema, const Limits& limits) {
    if (limits.min) schema["minimum"] = Number(*limits.min);
    if (limits.max) schema["maximum"] = Number(*limits.max);
}

json::object Text(const Limits& limits) {
    json::object schema{{"type", "string"}};
    if (limits.required) schema["minLength"] = 1;
    schema["maxLength"] = limits.max_length;
    if (!limits.pattern.empty()) schema["pattern"] = limits.pattern;
    return schema;
}

json::object ChoiceOf(const Shape& shape) {
    json::array names;
    for (const ChoiceShape& choice : shape.choices) names.push_back(json::string(choice.name));
    return {{"type", "string"}, {"enum", std::move(names)}};
}

json::object UnitOf(const Unit& unit, Dialect dialect) {
    json::object schema;
    if (!unit.whole_numbers) {
        schema["type"] = "string";
    } else if (dialect == Dialect::kEditor) {
        schema["type"] = json::array{"string", "integer"};
        schema["minimum"] = 0;
    } else {
        schema["x-kubernetes-int-or-string"] = true;
    }
    schema["pattern"] = json::string(unit.pattern);
    if (dialect == Dialect::kKubernetes && !unit.whole_numbers) schema["maxLength"] = 64;
    return schema;
}

json::object ListOf(const Shape& shape, const Limits& limits, Dialect dialect) {
    json::object schema{{"type", "array"}, {"items", Node(*shape.element, limits, dialect)}};
    if (limits.min_items > 0) schema["minItems"] = limits.min_items;
    schema["maxItems"] = limits.max_items;
    if (dialect == Dialect::kKubernetes && !limits.key.empty()) {
        schema["x-kubernetes-list-type"] = "map";
        schema["x-kubernetes-list-map-keys"] = json::array{json::string(limits.key)};
    }
    return schema;
}

json::object MapOf(const Shape& shape, const Limits& limits, Dialect dialect) {
    json::object schema{{"type", "object"},
                        {"additionalProperties", Node(*shape.element, limits, dialect)}};
    if (limits.min_items > 0) schema["minProperties"] = limits.min_items;
    schema["maxProperties"] = limits.max_items;
    return schema;
}

void AddRules(json::object& schema, const Shape& shape, Dialect dialect) {
    json::array rules;
    for (const Rule& rule : shape.rules) {
        if (dialect == Dialect::kKubernetes) {
            rules.push_back({{"rule", rule.Cel()}, {"message", rule.Sentence()}});
        } else if (json::value said = rule.JsonSchema(shape); !said.is_null()) {
            rules.push_back(std::move(said));
        }
    }
    if (rules.empty()) return;
    schema[dialect == Dialect::kKubernetes ? "x-kubernetes-validations" : "allOf"] =
        std::move(rules);
}

json::object ObjectOf(const Shape& shape, Dialect dialect) {
    json::object properties;
    json::array required;
    for (const FieldShape& field : shape.fields) {
        properties[field.name] = SchemaOf(field, dialect);
        if (field.limits.required) required.push_back(json::string(field.name));
    }
    json::object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    if (dialect == Dialect::kEditor) schema["additionalProperties"] = false;
    AddRules(schema, shape, dialect);
    return schema;
}

json::object Any(Dialect dialect) {
    json::object schema{{"type", "object"}};
    if (dialect == Dialect::kKubernetes) schema["x-kubernetes-preserve-unknown-fields"] = true;
    return schema;
}

json::object Node(const Shape& shape, const Limits& limits, Dialect dialect) {
    switch (shape.type) {
        case Shape::Type::kText:
            return Text(limits);
        case Shape::Type::kBool:
            return {{"type", "boolean"}};
        case Shape::Type::kInteger: {
            json::object schema{{"type", "integer"}};
            if (dialect == Dialect::kKubernetes) schema["format"] = "int32";
            AddRange(schema, limits);
            return schema;
        }
        case Shape::Type::kNumber: {
            json::object schema{{"type", "number"}};
            AddRange(schema, limits);
            return schema;
        }
        case Shape::Type::kChoice:
            return ChoiceOf(shape);
        case Shape::Type::kUnit:
            return UnitOf(*shape.unit, dialect);
        case Shape::Type::kList:
            return ListOf(shape, limits, dialect);
        case Shape::Type::kMap:
            return MapOf(shape, limits, dialect);
        case Shape::Type::kObject:
            return ObjectOf(shape, dialect);
        case Shape::Type::kAny:
            return Any(dialect);
    }
    return {};
}

std::string DocOf(const FieldShape& field) {
    std::string doc = field.doc;
    for (const ChoiceShape& choice : field.shape->choices) {
        doc += fmt::format("\n- {}: {}", choice.name, choice.doc);
    }
    return doc;
}

}  // namespace

json::object SchemaOf(const FieldShape& field, Dialect dialect) {
    json::object schema;
    if (!field.doc.empty()) schema["description"] = DocOf(field);
    for (auto& [key, value] : Node(*field.shape, field.limits, dialect)) schema[key] = value;
    if (!field.default_value) return schema;
    if (field.shape->type != Shape::Type::kObject) {
        schema["default"] = *field.default_value;
    } else if (dialect == Dialect::kKubernetes && field.shape->MayBeEmpty()) {
        // The API server fills in the fields' own defaults, but only of an object that is there.
        schema["default"] = json::object();
    }
    return schema;
}

}  // namespace argosy::resources
