#include "resources/yaml/node.h"

#include <algorithm>
#include <charconv>

namespace argosy::resources {

namespace {

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool AllDigits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view WithoutSign(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return text;
}

// "12.5", "1e3", ".5": what JSON, YAML 1.1 and 1.2 all take for a number.
Meaning NumberMeaning(std::string_view text) {
    text = WithoutSign(text);
    if (text.empty() || !(text[0] == '.' || (text[0] >= '0' && text[0] <= '9'))) {
        return Meaning::kText;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
        return Meaning::kText;
    }
    return error == std::errc() ? Meaning::kNumber : Meaning::kAmbiguous;  // "1e999"
}

// Octal, hexadecimal and binary numbers and those with underscores: each YAML reads other ones.
bool IsOddNumber(std::string_view text) {
    text = WithoutSign(text);
    if (text.empty() || text[0] < '0' || text[0] > '9') return false;
    if (text[0] == '0' && text.size() > 1 && IsOneOf(text.substr(1, 1), {"x", "o", "b"})) {
        return true;
    }
    if (text[0] == '0' && text.size() > 1 && AllDigits(text)) return true;
    return text.find('_') != std::string_view::npos &&
           text.find_first_not_of("0123456789_.") == std::string_view::npos;
}

json::value ScalarToJson(const YamlNode& node) {
    switch (MeaningOf(node)) {
        case Meaning::kNull:
            return nullptr;
        case Meaning::kBool:
            return node.text[0] == 't' || node.text[0] == 'T';
        case Meaning::kInteger:
        case Meaning::kNumber: {
            const std::string_view text =
                node.text.starts_with('+') ? std::string_view(node.text).substr(1) : node.text;
            int64_t whole = 0;
            const char* end = text.data() + text.size();
            if (const auto read = std::from_chars(text.data(), end, whole);
                read.ec == std::errc() && read.ptr == end) {
                return whole;
            }
            double value = 0;
            std::from_chars(text.data(), end, value);
            return value;
        }
        case Meaning::kText:
        case Meaning::kAmbiguous:
            break;
    }
    return json::string(node.text);
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
    const auto found = std::ranges::find_if(entries, [key](const YamlEntry& entry) {
        return entry.key.type == Type::kScalar && entry.key.text == key;
    });
    return found == entries.end() ? nullptr : &found->value;
}

Meaning MeaningOf(const YamlNode& scalar) {
    const std::string_view text = scalar.text;
    if (scalar.quoted) return Meaning::kText;
    if (IsOneOf(text, {"", "~", "null", "Null", "NULL"})) return Meaning::kNull;
    if (IsOneOf(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) return Meaning::kBool;
    if (IsOneOf(text, {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO",
                       "off", "Off", "OFF"})) {
        return Meaning::kAmbiguous;
    }
    if (IsOneOf(WithoutSign(text), {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"}) ||
        IsOddNumber(text)) {
        return Meaning::kAmbiguous;
    }
    if (AllDigits(WithoutSign(text))) return Meaning::kInteger;
    return NumberMeaning(text);
}

json::value ToJson(const YamlNode& node) {
    switch (node.type) {
        case YamlNode::Type::kNull:
            return nullptr;
        case YamlNode::Type::kScalar:
            return ScalarToJson(node);
        case YamlNode::Type::kList: {
            json::array list;
            for (const YamlNode& item : node.items) list.push_back(ToJson(item));
            return list;
        }
        case YamlNode::Type::kMap: {
            json::object map;
            for (const YamlEntry& entry : node.entries) {
                map[entry.key.text] = ToJson(entry.value);
            }
            return map;
        }
    }
    return nullptr;
}

YamlNode ToYamlNode(const json::value& value) {
    YamlNode node;
    if (value.is_null()) return node;
    if (const json::array* list = value.if_array()) {
        node.type = YamlNode::Type::kList;
        for (const json::value& item : *list) node.items.push_back(ToYamlNode(item));
        return node;
    }
    if (const json::object* map = value.if_object()) {
        node.type = YamlNode::Type::kMap;
        for (const auto& [key, item] : *map) {
            node.entries.push_back({ToYamlNode(json::string(key)), ToYamlNode(item)});
        }
        return node;
    }
    node.type = YamlNode::Type::kScalar;
    node.quoted = value.is_string();
    node.text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    return node;
}

std::string Found(const YamlNode& node) {
    switch (node.type) {
        case YamlNode::Type::kNull:
            return "nothing";
        case YamlNode::Type::kList:
            return "a list";
        case YamlNode::Type::kMap:
            return "a map";
        case YamlNode::Type::kScalar:
            break;
    }
    switch (MeaningOf(node)) {
        case Meaning::kNull:
            return "nothing";
        case Meaning::kBool:
            return node.text;
        case Meaning::kInteger:
        case Meaning::kNumber:
            return "the number " + node.text.substr(0, 40);
        default:
            return "the text " + Quoted(node.text);
    }
}

}  // namespace argosy::resources
