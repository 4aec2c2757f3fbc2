#include "assistant/tools/json_schema.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "assistant/tools/json_schema_node.h"

namespace argosy::assistant {

namespace {

using Node = JsonSchema::Node;
constexpr size_t kMaxErrors = 10;

std::string_view TypeName(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "boolean";
        case json::kind::int64:
        case json::kind::uint64:
            return "integer";
        case json::kind::double_:
            return "number";
        case json::kind::string:
            return "string";
        case json::kind::array:
            return "array";
        case json::kind::object:
            return "object";
    }
    return "null";
}

// 3.0 is an integer in JSON Schema.
bool IsType(const json::value& value, std::string_view type) {
    const std::string_view own = TypeName(value);
    if (own == type || (own == "integer" && type == "number")) return true;
    return type == "integer" && value.is_double() &&
           std::trunc(value.as_double()) == value.as_double();
}

bool SameJson(const json::value& a, const json::value& b) {
    if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
    return a == b;
}

size_t Characters(std::string_view text) {
    return static_cast<size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

class Checker {
  public:
    void Check(const Node& node, const json::value& value, const std::string& place) {
        if (errors_.size() >= kMaxErrors) return;
        if (node.constant) {
            if (!*node.constant) Say(place, "is not allowed");
            return;
        }
        const bool typed =
            node.types.empty() ||
            std::ranges::any_of(node.types, [&](const auto& t) { return IsType(value, t); });
        if (!typed) {
            return Say(place, fmt::format("must be {}, not {}", fmt::join(node.types, " or "),
                                          TypeName(value)));
        }
        CheckChoices(node, value, place);
        CheckAnyOf(node, value, place);
        if (value.is_number()) CheckNumber(node, value.to_number<double>(), place);
        if (value.is_string()) CheckText(node, value.as_string(), place);
        if (value.is_array()) CheckArray(node, value.as_array(), place);
        if (value.is_object()) CheckObject(node, value.as_object(), place);
    }
    std::vector<std::string> Take() { return std::move(errors_); }

  private:
    void Say(const std::string& place, std::string_view what) {
        if (errors_.size() >= kMaxErrors) return;
        errors_.push_back(fmt::format("{} {}", place.empty() ? "the value" : place, what));
    }

    void CheckChoices(const Node& node, const json::value& value, const std::string& place) {
        if (!node.choices) return;
        const bool known = std::ranges::any_of(
            *node.choices, [&](const json::value& choice) { return SameJson(choice, value); });
        if (!known) Say(place, "must be one of " + json::serialize(*node.choices));
    }

    void CheckAnyOf(const Node& node, const json::value& value, const std::string& place) {
        if (node.any_of.empty()) return;
        const auto fits = std::ranges::count_if(node.any_of, [&](const Node::Ptr& inner) {
            Checker one;
            one.Check(*inner, value, place);
            return one.errors_.empty();
        });
        if (fits == 0) Say(place, "fits none of the forms that are allowed");
        if (fits > 1 && node.exactly_one) Say(place, "fits more than one of the forms");
    }

    void CheckNumber(const Node& node, double number, const std::string& place) {
        if (node.minimum && number < *node.minimum) {
            Say(place, fmt::format("must be at least {}", *node.minimum));
        }
        if (node.maximum && number > *node.maximum) {
            Say(place, fmt::format("must be at most {}", *node.maximum));
        }
        if (node.exclusive_minimum && number <= *node.exclusive_minimum) {
            Say(place, fmt::format("must be more than {}", *node.exclusive_minimum));
        }
        if (node.exclusive_maximum && number >= *node.exclusive_maximum) {
            Say(place, fmt::format("must be less than {}", *node.exclusive_maximum));
        }
    }

    void CheckText(const Node& node, std::string_view text, const std::string& place) {
        const size_t length = Characters(text);
        if (node.min_length && length < *node.min_length) {
            Say(place, fmt::format("must have at least {} characters", *node.min_length));
        }
        if (node.max_length && length > *node.max_length) {
            Say(place, fmt::format("must have at most {} characters", *node.max_length));
        }
        if (node.pattern && !node.pattern->Finds(text)) {
            Say(place, "must match the pattern " + node.pattern_text);
        }
    }

    void CheckArray(const Node& node, const json::array& array, const std::string& place) {
        if (node.min_items && array.size() < *node.min_items) {
            Say(place, fmt::format("must have at least {} items", *node.min_items));
        }
        if (node.max_items && array.size() > *node.max_items) {
            Say(place, fmt::format("must have at most {} items", *node.max_items));
        }
        if (!node.items) return;
        for (size_t i = 0; i < array.size(); ++i) {
            Check(*node.items, array[i], fmt::format("{}[{}]", place, i));
        }
    }

    void CheckObject(const Node& node, const json::object& object, const std::string& place) {
        const auto inner = [&](std::string_view name) {
            return place.empty() ? std::string(name) : fmt::format("{}.{}", place, name);
        };
        for (const std::string& name : node.required) {
            if (!object.contains(name)) Say(inner(name), "is missing");
        }
        for (const auto& [name, value] : object) {
            const auto found = node.properties.find(name);
            if (found != node.properties.end()) {
                Check(*found->second, value, inner(name));
            } else if (node.additional) {
                Check(*node.additional, value, inner(name));
            }
        }
    }

    std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> JsonSchema::Check(const json::value& value) const {
    Checker checker;
    checker.Check(*root_, value, "");
    return checker.Take();
}

}  // namespace argosy::assistant
