#include <array>
#include <cmath>
#include <span>

#include "base/text.h"
#include "retrieval/index/filter.h"

namespace argosy::retrieval {

namespace {

// Filters come from the network; deeper ones are mistakes or attacks.
constexpr int kMaxDepth = 16;

std::unexpected<Error> Wrong(const std::string& place, const std::string& message) {
    return std::unexpected(Error{ErrorCode::kInvalidArgument,
                                 place.empty() ? message : place + ": " + message, "filter"});
}

std::string Below(const std::string& place, std::string_view name) {
    return place.empty() ? std::string(name) : fmt::format("{}.{}", place, name);
}

Result<void> OnlyKeys(const json::object& object, const std::string& place,
                      std::span<const std::string> known) {
    for (const auto& member : object) {
        const std::string name(member.key());
        if (std::ranges::find(known, name) != known.end()) continue;
        const std::string nearest = NearestWord(name, known);
        return Wrong(
            place,
            nearest.empty()
                ? fmt::format("unknown field \"{}\" (known here: {})", name, fmt::join(known, ", "))
                : fmt::format("unknown field \"{}\"; did you mean \"{}\"?", name, nearest));
    }
    return {};
}

Result<const json::object*> ObjectAt(const json::value& value, const std::string& place) {
    if (const auto* object = value.if_object()) return object;
    return Wrong(place, "must be an object");
}

Result<std::string> KeyOf(const json::object& object, const std::string& place) {
    const json::value* key = object.if_contains("key");
    if (key == nullptr) return Wrong(place, "has no \"key\" (the name of a field)");
    if (!key->is_string() || key->get_string().empty()) {
        return Wrong(Below(place, "key"), "must be the name of a field, a string");
    }
    return std::string(key->get_string());
}

Result<void> CheckScalar(const json::value& value, const std::string& place) {
    if (value.is_string() || value.is_bool() || value.is_number()) return {};
    return Wrong(place, "must be a string, a number or a boolean");
}

Result<std::vector<json::value>> ScalarList(const json::value& value, const std::string& place) {
    const auto* list = value.if_array();
    if (list == nullptr) return Wrong(place, "must be a list of values");
    for (size_t i = 0; i < list->size(); ++i) {
        ARGOSY_CHECK_OK(CheckScalar((*list)[i], fmt::format("{}[{}]", place, i)));
    }
    return std::vector<json::value>(list->begin(), list->end());
}

Result<Condition> ParseMatch(std::string key, const json::value& value, const std::string& place) {
    static const std::array<std::string, 4> kKinds = {"value", "any", "except", "text"};
    ARGOSY_TRY(const json::object* match, ObjectAt(value, place));
    ARGOSY_CHECK_OK(OnlyKeys(*match, place, kKinds));
    if (match->size() != 1) {
        return Wrong(place, "must have one of \"value\", \"any\", \"except\", \"text\"");
    }
    const std::string kind(match->begin()->key());
    const json::value& what = match->begin()->value();
    const std::string below = Below(place, kind);
    if (kind == "text") {
        if (!what.is_string()) return Wrong(below, "must be a string");
        return Condition{std::move(key), MatchText{std::string(what.get_string())}};
    }
    if (kind == "value") {
        ARGOSY_CHECK_OK(CheckScalar(what, below));
        return Condition{std::move(key), MatchAny{{what}}};
    }
    ARGOSY_TRY(std::vector<json::value> values, ScalarList(what, below));
    if (kind == "any") return Condition{std::move(key), MatchAny{std::move(values)}};
    return Condition{std::move(key), MatchExcept{std::move(values)}};
}

Result<Condition> ParseRange(std::string key, const json::value& value, const std::string& place) {
    static const std::array<std::string, 4> kBounds = {"gt", "gte", "lt", "lte"};
    ARGOSY_TRY(const json::object* object, ObjectAt(value, place));
    ARGOSY_CHECK_OK(OnlyKeys(*object, place, kBounds));
    Range range;
    std::optional<double>* const bounds[] = {&range.gt, &range.gte, &range.lt, &range.lte};
    bool any = false;
    for (size_t i = 0; i < kBounds.size(); ++i) {
        const json::value* bound = object->if_contains(kBounds[i]);
        if (bound == nullptr || bound->is_null()) continue;  // Qdrant's clients write null for none
        if (!bound->is_number()) return Wrong(Below(place, kBounds[i]), "must be a number");
        *bounds[i] = bound->to_number<double>();
        any = true;
    }
    if (!any) return Wrong(place, "must have one of \"gt\", \"gte\", \"lt\", \"lte\"");
    return Condition{std::move(key), range};
}

Result<Filter> ParseAt(const json::value& value, const std::string& place, int depth);

Result<Condition> ParseCondition(const json::value& value, const std::string& place, int depth) {
    static const std::array<std::string, 3> kField = {"key", "match", "range"};
    ARGOSY_TRY(const json::object* object, ObjectAt(value, place));
    for (const char* name : {"is_empty", "is_null"}) {
        const json::value* inner = object->if_contains(name);
        if (inner == nullptr) continue;
        static const std::array<std::string, 1> kKey = {"key"};
        if (object->size() != 1) return Wrong(place, fmt::format("\"{}\" stands alone", name));
        ARGOSY_TRY(const json::object* field, ObjectAt(*inner, Below(place, name)));
        ARGOSY_CHECK_OK(OnlyKeys(*field, Below(place, name), kKey));
        ARGOSY_TRY(std::string key, KeyOf(*field, Below(place, name)));
        if (name[3] == 'e') return Condition{std::move(key), IsEmpty{}};
        return Condition{std::move(key), IsNull{}};
    }
    if (object->contains("must") || object->contains("should") || object->contains("must_not")) {
        ARGOSY_TRY(Filter inner, ParseAt(value, place, depth + 1));
        return Condition{{}, std::make_shared<const Filter>(std::move(inner))};
    }
    ARGOSY_CHECK_OK(OnlyKeys(*object, place, kField));
    ARGOSY_TRY(std::string key, KeyOf(*object, place));
    const json::value* match = object->if_contains("match");
    const json::value* range = object->if_contains("range");
    if ((match == nullptr) == (range == nullptr)) {
        return Wrong(place, "must have either \"match\" or \"range\"");
    }
    if (match != nullptr) return ParseMatch(std::move(key), *match, Below(place, "match"));
    return ParseRange(std::move(key), *range, Below(place, "range"));
}

Result<void> ParseList(const json::object& from, std::string_view name, const std::string& place,
                       int depth, std::vector<Condition>& out) {
    const json::value* value = from.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    const std::string below = Below(place, name);
    const auto* list = value->if_array();
    if (list == nullptr) {  // Qdrant takes one condition without its list
        ARGOSY_TRY(Condition condition, ParseCondition(*value, below, depth));
        out.push_back(std::move(condition));
        return {};
    }
    for (size_t i = 0; i < list->size(); ++i) {
        ARGOSY_TRY(Condition condition,
                   ParseCondition((*list)[i], fmt::format("{}[{}]", below, i), depth));
        out.push_back(std::move(condition));
    }
    return {};
}

Result<Filter> ParseAt(const json::value& value, const std::string& place, int depth) {
    static const std::array<std::string, 3> kLists = {"must", "should", "must_not"};
    if (depth > kMaxDepth) return Wrong(place, fmt::format("deeper than {} filters", kMaxDepth));
    ARGOSY_TRY(const json::object* object, ObjectAt(value, place));
    ARGOSY_CHECK_OK(OnlyKeys(*object, place, kLists));
    Filter filter;
    ARGOSY_CHECK_OK(ParseList(*object, "must", place, depth, filter.must));
    ARGOSY_CHECK_OK(ParseList(*object, "should", place, depth, filter.should));
    ARGOSY_CHECK_OK(ParseList(*object, "must_not", place, depth, filter.must_not));
    return filter;
}

}  // namespace

Result<Filter> ParseFilter(const json::value& value) { return ParseAt(value, {}, 0); }

}  // namespace argosy::retrieval
