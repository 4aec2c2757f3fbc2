#include "retrieval/index/filter.h"

#include <algorithm>
#include <unordered_set>

#include "retrieval/index/words.h"

namespace argosy::retrieval {

namespace {

bool Contains(const std::vector<json::value>& values, const json::value& value) {
    return std::ranges::any_of(values, [&](const auto& other) { return SameValue(other, value); });
}

bool HoldsAllWords(std::string_view text, std::string_view wanted) {
    std::unordered_set<std::string> words;
    ForEachWord(text, [&](std::string&& word) { words.insert(std::move(word)); });
    bool all = true;
    ForEachWord(wanted, [&](std::string&& word) { all = all && words.contains(word); });
    return all;
}

// One visit of a field's values answers any test.
struct FieldTest {
    const json::object& metadata;
    const std::string& key;

    template <typename Fn>
    bool Any(const Fn& holds) const {
        bool any = false;
        ForEachField(metadata, key, [&](const json::value& value) { any = any || holds(value); });
        return any;
    }

    bool operator()(const MatchAny& test) const {
        return Any([&](const json::value& v) { return Contains(test.values, v); });
    }
    bool operator()(const MatchExcept& test) const {
        return Any([&](const json::value& v) { return !v.is_null() && !Contains(test.values, v); });
    }
    bool operator()(const MatchText& test) const {
        return Any([&](const json::value& v) {
            return v.is_string() && HoldsAllWords(v.get_string(), test.text);
        });
    }
    bool operator()(const Range& test) const {
        return Any([&](const json::value& v) {
            return v.is_number() && test.Holds(v.to_number<double>());
        });
    }
    bool operator()(const IsEmpty&) const {
        return !Any([](const json::value& v) { return !v.is_null(); });
    }
    bool operator()(const IsNull&) const {
        return Any([](const json::value& v) { return v.is_null(); });
    }
    bool operator()(const std::shared_ptr<const Filter>& filter) const {
        return Matches(*filter, metadata);
    }
};

json::object MatchJson(const Condition& condition, json::object match) {
    return {{"key", condition.key}, {"match", std::move(match)}};
}

struct ConditionJson {
    const Condition& condition;

    json::object operator()(const MatchAny& test) const {
        if (test.values.size() == 1) return MatchJson(condition, {{"value", test.values[0]}});
        return MatchJson(condition, {{"any", json::array(test.values.begin(), test.values.end())}});
    }
    json::object operator()(const MatchExcept& test) const {
        return MatchJson(condition,
                         {{"except", json::array(test.values.begin(), test.values.end())}});
    }
    json::object operator()(const MatchText& test) const {
        return MatchJson(condition, {{"text", test.text}});
    }
    json::object operator()(const Range& test) const {
        json::object range;
        if (test.gt) range["gt"] = *test.gt;
        if (test.gte) range["gte"] = *test.gte;
        if (test.lt) range["lt"] = *test.lt;
        if (test.lte) range["lte"] = *test.lte;
        return {{"key", condition.key}, {"range", std::move(range)}};
    }
    json::object operator()(const IsEmpty&) const {
        return {{"is_empty", {{"key", condition.key}}}};
    }
    json::object operator()(const IsNull&) const { return {{"is_null", {{"key", condition.key}}}}; }
    json::object operator()(const std::shared_ptr<const Filter>& filter) const {
        json::object inner = ToJson(*filter);
        if (inner.empty()) inner["must"] = json::array();  // else it is no condition
        return inner;
    }
};

void PutConditions(json::object& out, std::string_view name, const std::vector<Condition>& all) {
    if (all.empty()) return;
    json::array list;
    for (const Condition& condition : all) {
        list.emplace_back(std::visit(ConditionJson{condition}, condition.test));
    }
    out[name] = std::move(list);
}

}  // namespace

std::optional<double> FirstNumber(const json::object& metadata, std::string_view key) {
    std::optional<double> number;
    ForEachField(metadata, key, [&number](const json::value& value) {
        if (value.is_number() && !number) number = value.to_number<double>();
    });
    return number;
}

bool SameValue(const json::value& a, const json::value& b) {
    if (a.is_number() && b.is_number()) {
        if (a.is_int64() && b.is_int64()) return a.get_int64() == b.get_int64();
        return a.to_number<double>() == b.to_number<double>();
    }
    return a == b;
}

bool Matches(const Condition& condition, const json::object& metadata) {
    return std::visit(FieldTest{metadata, condition.key}, condition.test);
}

bool Matches(const Filter& filter, const json::object& metadata) {
    const auto holds = [&](const Condition& condition) { return Matches(condition, metadata); };
    return std::ranges::all_of(filter.must, holds) &&
           std::ranges::none_of(filter.must_not, holds) &&
           (filter.should.empty() || std::ranges::any_of(filter.should, holds));
}

json::object ToJson(const Filter& filter) {
    json::object out;
    PutConditions(out, "must", filter.must);
    PutConditions(out, "should", filter.should);
    PutConditions(out, "must_not", filter.must_not);
    return out;
}

}  // namespace argosy::retrieval
