#include "resources/describe/check.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "resources/describe/check_scalar.h"

namespace argosy::resources {

namespace {

std::string Expected(const Shape& shape) {
    if (shape.type == Shape::Type::kList) return "a list";
    if (shape.type != Shape::Type::kObject) return "a map";
    std::vector<std::string> names;
    for (const FieldShape& field : shape.fields) names.push_back(field.name);
    if (names.size() > 6) {
        names.resize(6);
        names.emplace_back("...");
    }
    return fmt::format("a map of {}", fmt::join(names, ", "));
}

class Checker {
  public:
    explicit Checker(Checked& out) : out_(out) {}

    json::value Value(const Shape& shape, const Limits& limits, const YamlNode& node,
                      const std::string& path) {
        out_.places[path] = node.place;
        switch (shape.type) {
            case Shape::Type::kList:
                return List(shape, limits, node, path);
            case Shape::Type::kMap:
                return Map(shape, limits, node, path);
            case Shape::Type::kObject:
                return Object(shape, node, path);
            case Shape::Type::kAny:
                return Any(shape, node, path);
            default:
                break;
        }
        Result<json::value> scalar = CheckScalar(shape, limits, node);
        if (scalar) return std::move(*scalar);
        const bool type = scalar.error().code == ErrorCode::kUnsupported;
        Report(type ? Problem::Kind::kType : Problem::Kind::kValue, node.place, path,
               std::move(scalar.error().message));
        return nullptr;
    }

  private:
    void Report(Problem::Kind kind, Place place, const std::string& path, std::string message) {
        out_.problems.push_back({kind, {}, place, {}, path, std::move(message)});
    }

    bool Is(YamlNode::Type type, const Shape& shape, const YamlNode& node,
            const std::string& path) {
        if (node.type == type) return true;
        // A secret written where a reference belongs would otherwise end up in a log.
        const std::string found =
            shape.secret && node.type == YamlNode::Type::kScalar
                ? "a text; a secret is not written down here, but where to find it"
                : Found(node);
        Report(Problem::Kind::kType, node.place, path,
               fmt::format("expected {}, found {}", Expected(shape), found));
        return false;
    }

    void CheckCount(size_t count, const char* what, const Limits& limits, const YamlNode& node,
                    const std::string& path) {
        if (count < limits.min_items) {
            Report(Problem::Kind::kValue, node.place, path,
                   fmt::format("has to have at least {} {}", limits.min_items, what));
        } else if (count > limits.max_items) {
            Report(
                Problem::Kind::kValue, node.place, path,
                fmt::format("has {} {}, but may have at most {}", count, what, limits.max_items));
        }
    }

    json::value List(const Shape& shape, const Limits& limits, const YamlNode& node,
                     const std::string& path) {
        json::array out;
        if (!Is(YamlNode::Type::kList, shape, node, path)) return out;
        CheckCount(node.items.size(), "items", limits, node, path);
        for (size_t i = 0; i < node.items.size(); ++i) {
            out.push_back(
                Value(*shape.element, limits, node.items[i], fmt::format("{}[{}]", path, i)));
        }
        if (!limits.key.empty()) CheckKeys(limits.key, out, path);
        return out;
    }

    // No two items of a list share their key.
    void CheckKeys(const std::string& key, const json::array& items, const std::string& path) {
        std::map<std::string_view, size_t> seen;
        for (size_t i = 0; i < items.size(); ++i) {
            const json::object* item = items[i].if_object();
            const json::value* value = item == nullptr ? nullptr : item->if_contains(key);
            if (value == nullptr || !value->is_string()) continue;
            const auto [first, is_new] = seen.emplace(value->get_string(), i);
            if (is_new) continue;
            const std::string at = fmt::format("{}[{}].{}", path, i, key);
            const Place before = out_.places[fmt::format("{}[{}].{}", path, first->second, key)];
            Report(Problem::Kind::kDuplicate, out_.places[at], at,
                   fmt::format("{} is there twice, first on line {}", Quoted(first->first),
                               before.line));
        }
    }

    // Calls `use` with each key that is a text and comes the first time.
    template <typename Use>
    void ForEachKey(const YamlNode& node, const std::string& path, Use use) {
        std::map<std::string_view, Place> seen;
        for (const YamlEntry& entry : node.entries) {
            if (entry.key.type != YamlNode::Type::kScalar) {
                Report(Problem::Kind::kType, entry.key.place, path,
                       fmt::format("expected the name of a field, found {}", Found(entry.key)));
                continue;
            }
            const auto [first, is_new] = seen.emplace(entry.key.text, entry.key.place);
            if (is_new) {
                use(entry);
            } else {
                Report(Problem::Kind::kDuplicate, entry.key.place, path,
                       fmt::format("{} is there twice, first on line {}", Quoted(entry.key.text),
                                   first->second.line));
            }
        }
    }

    json::value Map(const Shape& shape, const Limits& limits, const YamlNode& node,
                    const std::string& path) {
        json::object out;
        if (!Is(YamlNode::Type::kMap, shape, node, path)) return out;
        CheckCount(node.entries.size(), "entries", limits, node, path);
        ForEachKey(node, path, [&](const YamlEntry& entry) {
            const std::string at = fmt::format("{}.{}", path, entry.key.text);
            out[entry.key.text] = Value(*shape.element, limits, entry.value, at);
        });
        return out;
    }

    json::value Any(const Shape& shape, const YamlNode& node, const std::string& path) {
        json::object out;
        if (!Is(YamlNode::Type::kMap, shape, node, path)) return out;
        return ToJson(node);
    }

    json::value Object(const Shape& shape, const YamlNode& node, const std::string& path) {
        json::object out;
        if (!Is(YamlNode::Type::kMap, shape, node, path)) return out;
        const size_t before = out_.problems.size();
        ForEachKey(node, path, [&](const YamlEntry& entry) {
            if (const FieldShape* field = shape.Find(entry.key.text)) {
                const std::string at = fmt::format("{}.{}", path, field->name);
                out[field->name] = Value(*field->shape, field->limits, entry.value, at);
            } else {
                Unknown(shape, entry.key, path);
            }
        });
        for (const FieldShape& field : shape.fields) {
            if (!field.limits.required || out.contains(field.name)) continue;
            Report(Problem::Kind::kMissing, node.place, path,
                   fmt::format("'{}' is missing: {}", field.name, field.doc));
        }
        // What is wrong already would break rules that the user did not mean to break.
        if (out_.problems.size() == before) CheckRules(shape, out, node, path);
        return out;
    }

    void Unknown(const Shape& shape, const YamlNode& key, const std::string& path) {
        if (key.text == "<<") {
            Report(Problem::Kind::kUnknown, key.place, path,
                   "merge keys (<<) are no part of YAML 1.2; use an alias for a whole value");
            return;
        }
        std::vector<std::string> names;
        for (const FieldShape& field : shape.fields) names.push_back(field.name);
        const std::string nearest = NearestWord(key.text.substr(0, 100), names);
        std::ranges::sort(names);
        Report(Problem::Kind::kUnknown, key.place, path,
               nearest.empty() ? fmt::format("unknown field {}; there are {}", Quoted(key.text),
                                             fmt::join(names, ", "))
                               : fmt::format("unknown field {}; did you mean '{}'?",
                                             Quoted(key.text), nearest));
    }

    void CheckRules(const Shape& shape, const json::object& given, const YamlNode& node,
                    const std::string& path) {
        for (const Rule& rule : shape.rules) {
            if (rule.Holds(given, shape)) continue;
            // The place of the first field that the rule is about, where one is given.
            Place place = node.place;
            std::vector<std::string> names = rule.fields;
            names.push_back(rule.choice);
            for (const std::string& name : names) {
                if (!given.contains(name)) continue;
                place = out_.places[fmt::format("{}.{}", path, name)];
                break;
            }
            Report(Problem::Kind::kRule, place, path, rule.Sentence());
        }
    }

    Checked& out_;
};

}  // namespace

Checked Check(const FieldShape& field, const YamlNode& node, const std::string& path) {
    Checked out;
    out.value = Checker(out).Value(*field.shape, field.limits, node, path);
    return out;
}

}  // namespace argosy::resources
