#include <algorithm>
#include <cctype>

#include "retrieval/store/qdrant_points.h"

namespace argosy::retrieval::internal {

namespace {

Result<json::object> FilterJson(const Filter& filter);

// Qdrant's path of a field: names with anything but letters, digits, '_' and '-' are quoted.
std::string PathOf(const std::string& key) {
    std::string path = "metadata";
    for (size_t begin = 0;;) {
        const size_t dot = key.find('.', begin);
        std::string name = key.substr(begin, dot - begin);
        const bool list = name.ends_with("[]");
        if (list) name.resize(name.size() - 2);
        const bool plain = std::ranges::all_of(name, [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
        });
        path += plain ? "." + name : ".\"" + name + "\"";
        if (list) path += "[]";
        if (dot == std::string::npos) return path;
        begin = dot + 1;
    }
}

json::object AnyOf(json::array conditions) {
    if (conditions.size() == 1) return conditions[0].get_object();
    return {{"should", std::move(conditions)}};
}

struct ConditionJson {
    const std::string path;

    Result<json::object> operator()(const MatchAny& test) const {
        json::array texts, conditions;
        for (const json::value& value : test.values) {
            if (value.is_string()) {
                texts.push_back(value);
            } else if (value.is_number()) {
                // A match is of whole numbers only, a range of both: 80 and 80.0 are one value.
                conditions.push_back({{"key", path}, {"range", {{"gte", value}, {"lte", value}}}});
            } else {
                conditions.push_back(Is(path, value));
            }
        }
        if (!texts.empty() || conditions.empty()) conditions.push_back(IsAny(path, texts));
        return AnyOf(std::move(conditions));
    }
    Result<json::object> operator()(const MatchExcept& test) const {
        const auto all = [&](auto is) { return std::ranges::all_of(test.values, is); };
        if (test.values.empty()) {
            return json::object{{"must_not", json::array{{{"is_empty", {{"key", path}}}}}}};
        }
        if (!all([](const json::value& v) { return v.is_string(); }) &&
            !all([](const json::value& v) { return v.is_int64(); })) {
            return Err(ErrorCode::kUnsupported,
                       "filter: {}: \"except\" in Qdrant takes texts only or whole numbers only",
                       path);
        }
        const json::array values(test.values.begin(), test.values.end());
        return json::object{{"key", path}, {"match", {{"except", values}}}};
    }
    Result<json::object> operator()(const MatchText& test) const {
        return json::object{{"key", path}, {"match", {{"text", test.text}}}};
    }
    Result<json::object> operator()(const Range& test) const {
        json::object range;
        if (test.gt) range["gt"] = *test.gt;
        if (test.gte) range["gte"] = *test.gte;
        if (test.lt) range["lt"] = *test.lt;
        if (test.lte) range["lte"] = *test.lte;
        return json::object{{"key", path}, {"range", std::move(range)}};
    }
    Result<json::object> operator()(const IsEmpty&) const {
        return json::object{{"is_empty", {{"key", path}}}};
    }
    Result<json::object> operator()(const IsNull&) const {
        return json::object{{"is_null", {{"key", path}}}};
    }
    Result<json::object> operator()(const std::shared_ptr<const Filter>& filter) const {
        ARGOSY_TRY(json::object inner, FilterJson(*filter));
        if (inner.empty()) inner["must"] = json::array();  // else it is no condition
        return inner;
    }
};

Result<void> Put(json::object& out, std::string_view name, const std::vector<Condition>& all) {
    if (all.empty()) return {};
    json::array list;
    for (const Condition& condition : all) {
        const ConditionJson write{PathOf(condition.key)};
        ARGOSY_TRY(json::object one, std::visit(write, condition.test));
        list.push_back(std::move(one));
    }
    out[name] = std::move(list);
    return {};
}

Result<json::object> FilterJson(const Filter& filter) {
    json::object out;
    ARGOSY_CHECK_OK(Put(out, "must", filter.must));
    ARGOSY_CHECK_OK(Put(out, "should", filter.should));
    ARGOSY_CHECK_OK(Put(out, "must_not", filter.must_not));
    return out;
}

}  // namespace

Result<json::object> QdrantFilter(const Filter& filter) {
    json::array must;
    must.push_back(Is("argosy", "chunk"));
    if (!filter.empty()) {
        ARGOSY_TRY(json::object inner, FilterJson(filter));
        must.push_back(std::move(inner));
    }
    return json::object{{"must", std::move(must)}};
}

}  // namespace argosy::retrieval::internal
