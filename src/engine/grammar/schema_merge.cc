#include "engine/grammar/schema_merge.h"

#include <algorithm>

namespace argosy::grammar {
namespace {

constexpr size_t kMaxAlternatives = 256;

json::value AllOf(const json::value& a, const json::value& b) {
    if (a == b) return a;
    return json::object{{"allOf", json::array{a, b}}};
}

std::unexpected<Error> Malformed(std::string_view keyword, std::string_view expected) {
    return Err(ErrorCode::kInvalidArgument, "\"{}\" must be {}", keyword, expected);
}

bool IsEmptySchema(const json::value& schema) {
    return (schema.is_bool() && schema.get_bool()) ||
           (schema.is_object() && schema.get_object().empty());
}

// What schema `side` says of a property it may not name; null: anything goes.
const json::value* SchemaOfProperty(const json::object& side, std::string_view name) {
    if (const json::value* properties = side.if_contains("properties")) {
        if (properties->is_object()) {
            if (const json::value* found = properties->get_object().if_contains(name)) return found;
        }
    }
    return side.if_contains("additionalProperties");
}

json::value Both(const json::value* a, const json::value* b) {
    if (!a || IsEmptySchema(*a)) return b ? *b : json::value(true);
    if (!b || IsEmptySchema(*b)) return *a;
    if ((a->is_bool() && !a->get_bool()) || (b->is_bool() && !b->get_bool())) return false;
    return AllOf(*a, *b);
}

// Properties of either side in the order of their first mention, each bound by both sides.
Result<void> MergeObjects(json::object& out, const json::object& a, const json::object& b) {
    json::object properties;
    bool any = false;
    for (const json::object* side : {&a, &b}) {
        const json::value* named = side->if_contains("properties");
        if (!named) continue;
        if (!named->is_object()) return Malformed("properties", "an object");
        any = true;
        for (const auto& [name, schema] : named->get_object()) {
            if (properties.contains(name)) continue;
            properties[name] = Both(SchemaOfProperty(a, name), SchemaOfProperty(b, name));
        }
    }
    if (any) out["properties"] = std::move(properties);
    const json::value *more_a = a.if_contains("additionalProperties"),
                      *more_b = b.if_contains("additionalProperties");
    if (more_a || more_b) out["additionalProperties"] = Both(more_a, more_b);
    return {};
}

Result<json::value> IntersectTypes(const json::value& a, const json::value& b) {
    ARGOSY_TRY(const std::vector<std::string> left, SchemaTypes(a));
    ARGOSY_TRY(const std::vector<std::string> right, SchemaTypes(b));
    const auto has = [](const std::vector<std::string>& types, std::string_view type) {
        return std::ranges::find(types, type) != types.end();
    };
    json::array both;
    for (const std::string& type : left) {
        if (has(right, type) || (type == "integer" && has(right, "number"))) {
            both.emplace_back(type);
        } else if (type == "number" && has(right, "integer")) {
            both.emplace_back("integer");
        }
    }
    return json::value(std::move(both));
}

Result<json::value> MergeKeyword(std::string_view name, const json::value& a,
                                 const json::value& b) {
    if (name == "type") return IntersectTypes(a, b);
    if (name == "minLength" || name == "minItems" || name == "minimum" || name == "minProperties" ||
        name == "exclusiveMinimum" || name == "maxLength" || name == "maxItems" ||
        name == "maximum" || name == "maxProperties" || name == "exclusiveMaximum") {
        if (!a.is_number() || !b.is_number()) return Malformed(name, "a number");
        const bool a_greater = a.to_number<double>() > b.to_number<double>();
        const bool least = name.starts_with("min") || name == "exclusiveMinimum";
        return a_greater == least ? a : b;
    }
    if (name == "required" || name == "enum" || name == "allOf") {
        if (!a.is_array() || !b.is_array()) return Malformed(name, "an array");
        json::array out;
        const auto holds = [](const json::array& array, const json::value& value) {
            return std::ranges::find(array, value) != array.end();
        };
        for (const json::value& value : a.get_array()) {
            if (name != "enum" || holds(b.get_array(), value)) out.push_back(value);
        }
        for (const json::value& value : b.get_array()) {
            if (name != "enum" && !holds(out, value)) out.push_back(value);
        }
        return json::value(std::move(out));
    }
    if (name == "anyOf") {
        if (!a.is_array() || !b.is_array()) return Malformed(name, "an array");
        const size_t count = a.get_array().size() * b.get_array().size();
        if (count > kMaxAlternatives) {
            return Err(ErrorCode::kUnsupported,
                       "\"anyOf\" on both sides of an allOf gives {} alternatives; at most {} "
                       "are supported",
                       count, kMaxAlternatives);
        }
        json::array out;
        for (const json::value& x : a.get_array()) {
            for (const json::value& y : b.get_array()) out.push_back(AllOf(x, y));
        }
        return json::value(std::move(out));
    }
    if (name == "items") return AllOf(a, b);
    if (name == "nullable") return json::value(a == json::value(true) && a == b);
    if (a == b) return a;
    return Err(ErrorCode::kUnsupported,
               "two different \"{}\" that must both hold cannot be enforced while generating",
               name);
}

// const is an enum of one, oneOf counts as anyOf.
Result<json::object> Normalized(const json::object& schema) {
    json::object out;
    const auto put = [&out](std::string_view name, json::value value) -> Result<void> {
        if (const json::value* known = out.if_contains(name)) {
            ARGOSY_TRY(value, MergeKeyword(name, *known, value));
        }
        out[name] = std::move(value);
        return {};
    };
    for (const auto& [name, value] : schema) {
        if (name == "const") {
            ARGOSY_CHECK_OK(put("enum", json::array{value}));
        } else {
            ARGOSY_CHECK_OK(put(name == "oneOf" ? "anyOf" : std::string_view(name), value));
        }
    }
    return out;
}

}  // namespace

Result<std::vector<std::string>> SchemaTypes(const json::value& type) {
    std::vector<std::string> out;
    const auto add = [&out](const json::value& name) {
        constexpr std::string_view kTypes[] = {"null",   "boolean", "object", "array",
                                               "string", "number",  "integer"};
        if (!name.is_string()) return false;
        out.emplace_back(name.get_string());
        return std::ranges::find(kTypes, out.back()) != std::end(kTypes);
    };
    bool good = true;
    if (type.is_array()) {
        for (const json::value& name : type.get_array()) good = add(name) && good;
    } else {
        good = add(type);
    }
    if (!good) return Malformed("type", "null, boolean, object, array, string, number or integer");
    return out;
}

Result<json::value> MergeSchemas(const json::value& a, const json::value& b) {
    if (IsEmptySchema(a)) return b;
    if (IsEmptySchema(b)) return a;
    if (a.is_bool() || b.is_bool()) return json::value(false);
    if (!a.is_object() || !b.is_object()) {
        return Err(ErrorCode::kInvalidArgument, "a schema must be an object or a boolean");
    }
    ARGOSY_TRY(const json::object left, Normalized(a.get_object()));
    ARGOSY_TRY(const json::object right, Normalized(b.get_object()));
    json::object out = left;
    for (const auto& [name, value] : right) {
        if (name == "properties" || name == "additionalProperties") continue;
        const json::value* known = left.if_contains(name);
        if (!known) {
            out[name] = value;
            continue;
        }
        ARGOSY_TRY(out[name], MergeKeyword(name, *known, value));
    }
    ARGOSY_CHECK_OK(MergeObjects(out, left, right));
    return json::value(std::move(out));
}

}  // namespace argosy::grammar
