// Conditions on metadata, in the shape of Qdrant's filters: which pieces a search may give.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace argosy::retrieval {

struct Filter;

/// Some value of the field is one of these (strings, numbers or booleans).
struct MatchAny {
    std::vector<json::value> values;
};
/// Some value of the field is none of these.
struct MatchExcept {
    std::vector<json::value> values;
};
/// Some string of the field holds all words of `text`, in any order and case.
struct MatchText {
    std::string text;
};
/// Some number of the field lies within; at least one bound is set.
struct Range {
    std::optional<double> gt = {}, gte = {}, lt = {}, lte = {};

    bool Holds(double value) const {
        return (!gt || value > *gt) && (!gte || value >= *gte) && (!lt || value < *lt) &&
               (!lte || value <= *lte);
    }
};
/// The field is missing, null or an empty list.
struct IsEmpty {};
/// The field is there and null.
struct IsNull {};

/// One test of one field, or a whole filter of its own (then `key` is empty). "a.b" names the field
/// b of the object a, or the field that is so called; lists on the way stand for their elements
/// ("a[].b" is the same).
struct Condition {
    std::string key;
    std::variant<MatchAny, MatchExcept, MatchText, Range, IsEmpty, IsNull,
                 std::shared_ptr<const Filter>>
        test;
};

/// All of `must`, none of `must_not`, and one of `should` where there are any. Empty: everything.
struct Filter {
    std::vector<Condition> must, should, must_not;

    bool empty() const { return must.empty() && should.empty() && must_not.empty(); }
};

/// A filter from {"must": [{"key": "price", "range": {"lt": 80}}], "should": …, "must_not": …};
/// a condition is one of {"key", "match": {"value" | "any" | "except" | "text"}}, {"key", "range"},
/// {"is_empty": {"key"}}, {"is_null": {"key"}}, or a filter. Error kInvalidArgument names the place
/// ("must[1].match") and, for an unknown word, the nearest right one.
Result<Filter> ParseFilter(const json::value& value);

/// What ParseFilter reads back.
json::object ToJson(const Filter& filter);

/// Whether the metadata passes.
bool Matches(const Filter& filter, const json::object& metadata);
bool Matches(const Condition& condition, const json::object& metadata);

template <typename Fn>
void ForEachValue(const json::value& from, std::string_view key, const Fn& fn);

/// Calls fn(const json::value&) for each value of a field, a list's elements one by one; a missing
/// field and an empty list have none, null is given as it is. A dot may be part of a name, too.
template <typename Fn>
void ForEachField(const json::object& from, std::string_view key, const Fn& fn) {
    for (size_t begin = 0, dot = 0; dot != key.npos; begin = dot + 1) {
        dot = key.find('.', begin);
        std::string_view name = key.substr(0, dot);
        if (name.ends_with("[]")) name.remove_suffix(2);
        const json::value* next = from.if_contains(name);
        if (next == nullptr) continue;
        ForEachValue(*next, dot == key.npos ? std::string_view() : key.substr(dot + 1), fn);
    }
}

/// The same below a value: of `key` inside it, or of itself where the key is empty.
template <typename Fn>
void ForEachValue(const json::value& from, std::string_view key, const Fn& fn) {
    if (const auto* list = from.if_array()) {
        for (const auto& element : *list) ForEachValue(element, key, fn);
    } else if (key.empty()) {
        fn(from);
    } else if (const auto* object = from.if_object()) {
        ForEachField(*object, key, fn);
    }
}

/// The first number among a field's values.
std::optional<double> FirstNumber(const json::object& metadata, std::string_view key);

/// Equality as filters see it: 80 and 80.0 are one value, "80" is another.
bool SameValue(const json::value& a, const json::value& b);

}  // namespace argosy::retrieval
