#include "resources/describe/check_scalar.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "resources/describe/pattern.h"

namespace argosy::resources {

namespace {

std::unexpected<Error> WrongType(std::string_view expected, const YamlNode& node,
                                 std::string_view hint = {}) {
    return Err(ErrorCode::kUnsupported, "expected {}, found {}{}{}", expected, Found(node),
               hint.empty() ? "" : "; ", hint);
}

size_t Characters(std::string_view text) {
    return static_cast<size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

Result<json::value> Text(const Limits& limits, const YamlNode& node) {
    const std::string& text = node.text;
    if (node.type != YamlNode::Type::kScalar) return WrongType("a text", node);
    if (MeaningOf(node) == Meaning::kNull) return WrongType("a text", node);
    if (MeaningOf(node) == Meaning::kAmbiguous) {
        return Err(ErrorCode::kUnsupported,
                   "expected a text, but Kubernetes' tools read {} as no text; write it in quotes",
                   Quoted(text));
    }
    if (MeaningOf(node) != Meaning::kText) {
        return WrongType("a text", node, fmt::format("write \"{}\" in quotes", text.substr(0, 40)));
    }
    if (text.empty() && limits.required) {
        return Err(ErrorCode::kInvalidArgument, "must not be empty");
    }
    if (const size_t length = Characters(text); length > limits.max_length) {
        return Err(ErrorCode::kInvalidArgument, "has {} characters, but may have at most {}",
                   length, limits.max_length);
    }
    if (!limits.pattern.empty() && !Matches(limits.pattern, text)) {
        return Err(ErrorCode::kInvalidArgument, "{} is not {}", Quoted(text), limits.what);
    }
    return json::string(text);
}

Result<json::value> Bool(const YamlNode& node) {
    if (node.type == YamlNode::Type::kScalar && MeaningOf(node) == Meaning::kBool) {
        return node.text[0] == 't' || node.text[0] == 'T';
    }
    return WrongType("true or false", node,
                     node.quoted && (node.text == "true" || node.text == "false")
                         ? "write it without quotes"
                         : "");
}

Result<void> CheckRange(const Limits& limits, double value, std::string_view text) {
    if (limits.min && value < *limits.min) {
        return Err(ErrorCode::kInvalidArgument, "has to be at least {}, but is {}", *limits.min,
                   text);
    }
    if (limits.max && value > *limits.max) {
        return Err(ErrorCode::kInvalidArgument, "has to be at most {}, but is {}", *limits.max,
                   text);
    }
    return {};
}

std::string NumberHint(const YamlNode& node) {
    YamlNode plain = node;
    plain.quoted = false;
    const Meaning meaning = node.quoted ? MeaningOf(plain) : Meaning::kText;
    return meaning == Meaning::kInteger || meaning == Meaning::kNumber ? "write it without quotes"
                                                                       : "";
}

Result<json::value> Integer(const Limits& limits, const YamlNode& node) {
    if (node.type != YamlNode::Type::kScalar || MeaningOf(node) != Meaning::kInteger) {
        return WrongType("a whole number", node, NumberHint(node));
    }
    const char* begin = node.text.data() + (node.text[0] == '+' ? 1 : 0);
    int value = 0;
    const auto read = std::from_chars(begin, node.text.data() + node.text.size(), value);
    if (read.ec != std::errc()) {
        return Err(ErrorCode::kInvalidArgument, "{} is too large a number",
                   node.text.substr(0, 40));
    }
    ARGOSY_CHECK_OK(CheckRange(limits, value, node.text));
    return int64_t{value};
}

Result<json::value> Number(const Limits& limits, const YamlNode& node) {
    const Meaning meaning = node.type == YamlNode::Type::kScalar ? MeaningOf(node) : Meaning::kText;
    if (meaning != Meaning::kInteger && meaning != Meaning::kNumber) {
        return WrongType("a number", node, NumberHint(node));
    }
    const char* begin = node.text.data() + (node.text[0] == '+' ? 1 : 0);
    double value = 0;
    if (std::from_chars(begin, node.text.data() + node.text.size(), value).ec != std::errc()) {
        return Err(ErrorCode::kInvalidArgument, "{} is too large a number",
                   node.text.substr(0, 40));
    }
    ARGOSY_CHECK_OK(CheckRange(limits, value, node.text));
    return value;
}

Result<json::value> ChoiceOf(const Shape& shape, const YamlNode& node) {
    std::vector<std::string> names;
    for (const ChoiceShape& choice : shape.choices) names.push_back(choice.name);
    const std::string list = fmt::format("one of {}", fmt::join(names, ", "));
    if (node.type != YamlNode::Type::kScalar || MeaningOf(node) != Meaning::kText) {
        return WrongType(list, node);
    }
    if (std::ranges::find(names, node.text) != names.end()) return json::string(node.text);
    const std::string nearest = NearestWord(node.text.substr(0, 100), names);
    if (!nearest.empty()) {
        return Err(ErrorCode::kInvalidArgument, "{} is not {}; did you mean '{}'?",
                   Quoted(node.text), list, nearest);
    }
    return Err(ErrorCode::kInvalidArgument, "{} is not {}", Quoted(node.text), list);
}

Result<json::value> UnitOf(const Unit& unit, const YamlNode& node) {
    const std::string expected = fmt::format("a {} such as {}", unit.name, unit.example);
    if (node.type != YamlNode::Type::kScalar) return WrongType(expected, node);
    const Meaning meaning = MeaningOf(node);
    const bool right =
        meaning == Meaning::kText || (unit.whole_numbers && meaning == Meaning::kInteger);
    if (!right) return WrongType(expected, node);
    if (!unit.is_valid(node.text)) {
        return Err(ErrorCode::kInvalidArgument, "{} is not {}", Quoted(node.text), expected);
    }
    return json::string(node.text);
}

}  // namespace

Result<json::value> CheckScalar(const Shape& shape, const Limits& limits, const YamlNode& node) {
    switch (shape.type) {
        case Shape::Type::kText:
            return Text(limits, node);
        case Shape::Type::kBool:
            return Bool(node);
        case Shape::Type::kInteger:
            return Integer(limits, node);
        case Shape::Type::kNumber:
            return Number(limits, node);
        case Shape::Type::kChoice:
            return ChoiceOf(shape, node);
        case Shape::Type::kUnit:
            return UnitOf(*shape.unit, node);
        default:
            return Err(ErrorCode::kInternal, "no scalar");
    }
}

}  // namespace argosy::resources
