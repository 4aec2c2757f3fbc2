// How a C++ type is described, read from JSON that was checked, and written again. Known: text,
// bool, int, double, the units, enumerations with Choices(), structs with Describe(), and vectors,
// maps and optionals of these.
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "resources/describe/shape.h"

namespace argosy::resources {

/// How an enumeration's values are written: `std::span<const Choice<E>> Choices(E)` in E's
/// namespace.
template <typename E>
struct Choice {
    E value;
    const char* name;
    const char* doc;
};

struct WriteOptions {
    bool defaults = false;  // write also what is as it would be anyway
};

template <typename T>
struct Codec;

template <typename T>
std::shared_ptr<const Shape> ShapeOf() {
    return Codec<T>::MakeShape();
}

template <>
struct Codec<std::string> {
    static std::shared_ptr<const Shape> MakeShape() {
        return std::make_shared<Shape>(Shape{.type = Shape::Type::kText});
    }
    static void Read(const json::value& json, std::string& out) {
        out = std::string_view(json.as_string());
    }
    static json::value Write(const std::string& value, WriteOptions) { return json::string(value); }
};

template <>
struct Codec<bool> {
    static std::shared_ptr<const Shape> MakeShape() {
        return std::make_shared<Shape>(Shape{.type = Shape::Type::kBool});
    }
    static void Read(const json::value& json, bool& out) { out = json.as_bool(); }
    static json::value Write(bool value, WriteOptions) { return value; }
};

template <>
struct Codec<int> {
    static std::shared_ptr<const Shape> MakeShape() {
        return std::make_shared<Shape>(Shape{.type = Shape::Type::kInteger});
    }
    static void Read(const json::value& json, int& out) { out = json.to_number<int>(); }
    static json::value Write(int value, WriteOptions) { return int64_t{value}; }
};

template <>
struct Codec<double> {
    static std::shared_ptr<const Shape> MakeShape() {
        return std::make_shared<Shape>(Shape{.type = Shape::Type::kNumber});
    }
    static void Read(const json::value& json, double& out) { out = json.to_number<double>(); }
    static json::value Write(double value, WriteOptions) { return value; }
};

/// Any map.
template <>
struct Codec<json::object> {
    static std::shared_ptr<const Shape> MakeShape() {
        return std::make_shared<Shape>(Shape{.type = Shape::Type::kAny});
    }
    static void Read(const json::value& json, json::object& out) { out = json.as_object(); }
    static json::value Write(const json::object& value, WriteOptions) { return value; }
};

/// A unit: its text is checked before it is read.
template <typename T, const Unit& kUnit, std::optional<T> (*kParse)(std::string_view)>
struct UnitCodec {
    static std::shared_ptr<const Shape> MakeShape() {
        return std::make_shared<Shape>(Shape{.type = Shape::Type::kUnit, .unit = &kUnit});
    }
    static void Read(const json::value& json, T& out) {
        const std::optional<T> value = kParse(json.as_string());
        ARGOSY_CHECK(value.has_value());
        out = *value;
    }
    static json::value Write(T value, WriteOptions) { return json::string(Format(value)); }
};
template <>
struct Codec<Duration> : UnitCodec<Duration, kDurationUnit, ParseDuration> {};
template <>
struct Codec<Bytes> : UnitCodec<Bytes, kBytesUnit, ParseQuantity> {};
template <>
struct Codec<MilliCpu> : UnitCodec<MilliCpu, kCpuUnit, ParseCpu> {};
template <>
struct Codec<MicroDollars> : UnitCodec<MicroDollars, kMoneyUnit, ParseMoney> {};

/// The word of an enumeration's value.
template <typename E>
    requires std::is_enum_v<E>
const char* NameOf(E value) {
    for (const Choice<E>& choice : Choices(E{})) {
        if (choice.value == value) return choice.name;
    }
    return "";
}

template <typename E>
    requires std::is_enum_v<E>
struct Codec<E> {
    static std::shared_ptr<const Shape> MakeShape() {
        Shape shape{.type = Shape::Type::kChoice};
        for (const Choice<E>& choice : Choices(E{})) {
            shape.choices.push_back({choice.name, choice.doc});
        }
        return std::make_shared<Shape>(std::move(shape));
    }
    static void Read(const json::value& json, E& out) {
        for (const Choice<E>& choice : Choices(E{})) {
            if (json.as_string() == choice.name) out = choice.value;
        }
    }
    static json::value Write(E value, WriteOptions) { return json::string(NameOf(value)); }
};

template <typename T>
struct Codec<std::vector<T>> {
    static std::shared_ptr<const Shape> MakeShape() {
        return std::make_shared<Shape>(Shape{.type = Shape::Type::kList, .element = ShapeOf<T>()});
    }
    static void Read(const json::value& json, std::vector<T>& out) {
        out.clear();
        for (const json::value& item : json.as_array()) Codec<T>::Read(item, out.emplace_back());
    }
    static json::value Write(const std::vector<T>& list, WriteOptions options) {
        json::array out;
        for (const T& item : list) out.push_back(Codec<T>::Write(item, options));
        return out;
    }
};

template <typename T>
struct Codec<std::map<std::string, T>> {
    static std::shared_ptr<const Shape> MakeShape() {
        return std::make_shared<Shape>(Shape{.type = Shape::Type::kMap, .element = ShapeOf<T>()});
    }
    static void Read(const json::value& json, std::map<std::string, T>& out) {
        out.clear();
        for (const auto& [key, value] : json.as_object()) {
            Codec<T>::Read(value, out[std::string(key)]);
        }
    }
    static json::value Write(const std::map<std::string, T>& map, WriteOptions options) {
        json::object out;
        for (const auto& [key, value] : map) out[key] = Codec<T>::Write(value, options);
        return out;
    }
};

}  // namespace argosy::resources
