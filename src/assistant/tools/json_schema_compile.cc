// A schema's JSON into nodes.
#include <algorithm>
#include <array>
#include <functional>

#include "assistant/tools/json_schema_node.h"

namespace argosy::assistant {

namespace {

using Node = JsonSchema::Node;
constexpr size_t kMaxDepth = 32;
constexpr std::array<std::string_view, 7> kTypes = {"null",   "boolean", "integer", "number",
                                                    "string", "array",   "object"};
constexpr std::array<std::string_view, 9> kDescriptions = {"title",  "description", "default",
                                                           "format", "examples",    "$schema",
                                                           "$id",    "$comment",    "deprecated"};

std::unexpected<Error> Wrong(std::string_view name, std::string_view wanted) {
    return Err(ErrorCode::kInvalidArgument, "'{}' must be {}", name, wanted);
}

std::string Place(const std::string& place, std::string_view name) {
    return place.empty() ? std::string(name) : fmt::format("{}.{}", place, name);
}

class Compiler {
  public:
    Result<Node::Ptr> Compile(const json::value& schema, const std::string& place, size_t depth) {
        auto node = std::make_shared<Node>();
        if (schema.is_bool()) {
            node->constant = schema.as_bool();
            return node;
        }
        if (!schema.is_object()) return At(place, Wrong("schema", "an object").error());
        if (depth > kMaxDepth) return At(place, Wrong("schema", "less deep").error());
        for (const auto& [name, value] : schema.as_object()) {
            auto done = Word(*node, name, value, place, depth);
            if (!done && done.error().where.empty() && !place.empty()) {
                return At(place, std::move(done.error()));
            }
            if (!done) return std::unexpected(std::move(done.error()));
        }
        return node;
    }

  private:
    Result<void> Word(Node& node, std::string_view name, const json::value& value,
                      const std::string& place, size_t depth) {
        if (name == "type") return Types(node, value);
        if (name == "properties") return Properties(node, value, place, depth);
        if (name == "required") return Texts(name, value, node.required);
        if (name == "enum" || name == "const") return Choices(node, name, value);
        if (name == "items") return Inner(value, Place(place, name), depth, node.items);
        if (name == "additionalProperties") {
            return Inner(value, Place(place, name), depth, node.additional);
        }
        if (name == "anyOf" || name == "oneOf") return AnyOf(node, name, value, place, depth);
        if (name == "pattern") return PatternOf(node, value);
        if (name == "minimum") return Number(name, value, node.minimum);
        if (name == "maximum") return Number(name, value, node.maximum);
        if (name == "exclusiveMinimum") return Number(name, value, node.exclusive_minimum);
        if (name == "exclusiveMaximum") return Number(name, value, node.exclusive_maximum);
        if (name == "minLength") return Count(name, value, node.min_length);
        if (name == "maxLength") return Count(name, value, node.max_length);
        if (name == "minItems") return Count(name, value, node.min_items);
        if (name == "maxItems") return Count(name, value, node.max_items);
        if (std::ranges::find(kDescriptions, name) != kDescriptions.end()) return {};
        return Err(ErrorCode::kUnsupported, "the schema word '{}' is not known", name);
    }

    static Result<void> Texts(std::string_view name, const json::value& value,
                              std::vector<std::string>& out) {
        if (!value.is_array()) return Wrong(name, "an array of strings");
        for (const json::value& item : value.as_array()) {
            if (!item.is_string()) return Wrong(name, "an array of strings");
            out.emplace_back(item.as_string());
        }
        return {};
    }

    static Result<void> Types(Node& node, const json::value& value) {
        if (value.is_string()) {
            node.types.emplace_back(value.as_string());
        } else {
            ARGOSY_CHECK_OK(Texts("type", value, node.types));
        }
        for (const std::string& type : node.types) {
            if (std::ranges::find(kTypes, type) == kTypes.end()) {
                return Err(ErrorCode::kInvalidArgument, "there is no type '{}'", type);
            }
        }
        return {};
    }

    Result<void> Inner(const json::value& value, const std::string& place, size_t depth,
                       Node::Ptr& out) {
        ARGOSY_TRY(out, Compile(value, place, depth + 1));
        return {};
    }

    Result<void> Properties(Node& node, const json::value& value, const std::string& place,
                            size_t depth) {
        if (!value.is_object()) return Wrong("properties", "an object");
        for (const auto& [name, inner] : value.as_object()) {
            const std::string where = Place(Place(place, "properties"), name);
            ARGOSY_CHECK_OK(Inner(inner, where, depth, node.properties[std::string(name)]));
        }
        return {};
    }

    Result<void> AnyOf(Node& node, std::string_view name, const json::value& value,
                       const std::string& place, size_t depth) {
        if (!value.is_array() || value.as_array().empty() || !node.any_of.empty()) {
            return Wrong(name, "an array with schemas, and alone");
        }
        node.exactly_one = name == "oneOf";
        for (const json::value& inner : value.as_array()) {
            ARGOSY_CHECK_OK(Inner(inner, Place(place, name), depth, node.any_of.emplace_back()));
        }
        return {};
    }

    static Result<void> Choices(Node& node, std::string_view name, const json::value& value) {
        if (name == "const") {
            node.choices.emplace().push_back(value);
            return {};
        }
        if (!value.is_array()) return Wrong(name, "an array");
        node.choices = value.as_array();
        return {};
    }

    static Result<void> PatternOf(Node& node, const json::value& value) {
        if (!value.is_string()) return Wrong("pattern", "a string");
        node.pattern_text = value.as_string();
        ARGOSY_TRY(node.pattern, Pattern::Compile(node.pattern_text));
        return {};
    }

    static Result<void> Number(std::string_view name, const json::value& value,
                               std::optional<double>& out) {
        if (!value.is_number()) return Wrong(name, "a number");
        out = value.to_number<double>();
        return {};
    }

    static Result<void> Count(std::string_view name, const json::value& value,
                              std::optional<uint64_t>& out) {
        if (!value.is_int64() || value.as_int64() < 0) return Wrong(name, "a whole number from 0");
        out = static_cast<uint64_t>(value.as_int64());
        return {};
    }
};

}  // namespace

Result<JsonSchema> JsonSchema::Compile(const json::value& schema) {
    JsonSchema out;
    ARGOSY_TRY(out.root_, Compiler().Compile(schema, "", 0));
    return out;
}

}  // namespace argosy::assistant
