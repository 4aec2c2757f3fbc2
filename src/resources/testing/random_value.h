// Values that a description allows, by a seed: for properties of everything made from descriptions.
#pragma once

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "resources/describe/pattern.h"
#include "resources/describe/shape.h"

namespace argosy::resources::testing {

class RandomValue {
  public:
    explicit RandomValue(unsigned seed) : random_(seed) {}

    json::value Of(const FieldShape& field) { return Of(*field.shape, field.limits); }

    json::value Of(const Shape& shape, const Limits& limits) {
        switch (shape.type) {
            case Shape::Type::kText:
                return json::string(Text(limits));
            case Shape::Type::kBool:
                return Below(2) == 1;
            case Shape::Type::kInteger:
                return Low(limits) + Below(std::min(High(limits) - Low(limits), 1000) + 1);
            case Shape::Type::kNumber: {
                const double low = limits.min.value_or(0);
                return low + Below(100) / 100.0 * (limits.max.value_or(1e6) - low);
            }
            case Shape::Type::kChoice:
                return json::string(shape.choices[Below(shape.choices.size())].name);
            case Shape::Type::kUnit:
                return json::string(shape.unit->example);
            case Shape::Type::kList:
                return List(shape, limits);
            case Shape::Type::kMap:
                return json::object{{"a b", Of(*shape.element, limits)},
                                    {"c: d", Of(*shape.element, limits)}};
            case Shape::Type::kObject:
                return Object(shape);
            case Shape::Type::kAny:
                return json::object{{"type", "object"}, {"yes", {1, 2.5, nullptr, true, "no"}}};
        }
        return nullptr;
    }

    int Below(size_t count) {
        return static_cast<int>(std::uniform_int_distribution<size_t>(0, count - 1)(random_));
    }

  private:
    static int Low(const Limits& limits) { return static_cast<int>(limits.min.value_or(0)); }
    static int High(const Limits& limits) {
        return std::max(Low(limits), static_cast<int>(limits.max.value_or(1'000'000)));
    }

    std::string Text(const Limits& limits) {
        // A text for each pattern, and such as YAML could mistake for something else.
        static const std::vector<std::string> kTexts = {"a-name",
                                                        "http://host/path",
                                                        "hf://a/b",
                                                        "redis://cache:6379",
                                                        "postgres://db/shop",
                                                        "0 3 * * *",
                                                        "1g.10gb",
                                                        "True",
                                                        "NoSchedule",
                                                        "X-Name",
                                                        "SHOP_KEY",
                                                        "q8_0",
                                                        "/a/0",
                                                        "localhost:8090",
                                                        "yes",
                                                        "1.0",
                                                        "null",
                                                        "~",
                                                        "",
                                                        "two\nlines\n",
                                                        " a: b # c ",
                                                        "- x",
                                                        "\x7F\t\"quoted\"",
                                                        "f\xC3\xBCnf",
                                                        "<<",
                                                        "*alias",
                                                        "&x",
                                                        "{a}",
                                                        "0x1F",
                                                        "1e3",
                                                        "2020-01-01",
                                                        "trailing \nspace",
                                                        "\nfirst",
                                                        "a\n\n",
                                                        "a\n  b\n\nc",
                                                        "'",
                                                        "%",
                                                        "---"};
        std::vector<std::string> right;
        for (const std::string& text : kTexts) {
            if (text.size() > limits.max_length || (limits.required && text.empty())) continue;
            if (limits.pattern.empty() || Matches(limits.pattern, text)) right.push_back(text);
        }
        return right.at(static_cast<size_t>(Below(right.size())));
    }

    json::array List(const Shape& shape, const Limits& limits) {
        json::array list;
        const size_t count = limits.min_items + static_cast<size_t>(Below(3));
        for (size_t i = 0; i < std::min(count, limits.max_items); ++i) {
            json::value item = Of(*shape.element, limits);
            if (!limits.key.empty()) item.as_object()[limits.key] = "item-" + std::to_string(i);
            list.push_back(std::move(item));
        }
        return list;
    }

    // Fields are drawn until the object's rules hold.
    json::object Object(const Shape& shape) {
        while (true) {
            json::object object;
            for (const FieldShape& field : shape.fields) {
                if (field.limits.required || Below(3) == 0) object[field.name] = Of(field);
            }
            bool good = true;
            for (const Rule& rule : shape.rules) good = good && rule.Holds(object, shape);
            if (good) return object;
        }
    }

    std::mt19937 random_;
};

}  // namespace argosy::resources::testing
