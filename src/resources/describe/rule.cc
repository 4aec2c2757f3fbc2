#include "resources/describe/rule.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "resources/describe/shape.h"

namespace argosy::resources {

namespace {

// What an object has in a field: what was given, else the default.
const json::value* ValueOf(const json::object& given, const Shape& shape, const std::string& name) {
    if (const json::value* value = given.if_contains(name)) return value;
    const FieldShape* field = shape.Find(name);
    ARGOSY_CHECK(field != nullptr);  // a rule names fields of its object
    return field->default_value ? &*field->default_value : nullptr;
}

std::string TextOf(const json::value* value) {
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

double NumberOf(const json::value& value) {
    boost::system::error_code ignored;
    return value.to_number<double>(ignored);
}

std::vector<std::string> Each(const std::vector<std::string>& names, std::string_view format) {
    std::vector<std::string> out;
    out.reserve(names.size());
    for (const std::string& name : names) out.push_back(fmt::format(fmt::runtime(format), name));
    return out;
}

std::string ValuesCel(const Rule& rule) {
    return fmt::format("(has(self.{0}) && self.{0} in [{1}])", rule.choice,
                       fmt::join(Each(rule.values, "'{}'"), ", "));
}

std::string CountCel(const Rule& rule) {
    return fmt::format("{}", fmt::join(Each(rule.fields, "(has(self.{}) ? 1 : 0)"), " + "));
}

json::object Required(const std::vector<std::string>& fields) {
    return {{"required", json::value_from(fields)}};
}

json::array RequiredEach(const std::vector<std::string>& fields) {
    json::array out;
    for (const std::string& field : fields) out.push_back(Required({field}));
    return out;
}

// "At most one": no two of them together.
json::object NoPair(const std::vector<std::string>& fields) {
    json::array pairs;
    for (size_t a = 0; a < fields.size(); ++a) {
        for (size_t b = a + 1; b < fields.size(); ++b) {
            pairs.push_back(Required({fields[a], fields[b]}));
        }
    }
    return {{"not", {{"anyOf", std::move(pairs)}}}};
}

// True where the choice is one of the values, also where its default is and nothing is given.
json::object ChoiceIs(const Rule& rule, const Shape& shape) {
    const std::string normal = TextOf(ValueOf({}, shape, rule.choice));
    json::object condition{
        {"properties", {{rule.choice, {{"enum", json::value_from(rule.values)}}}}}};
    if (std::ranges::find(rule.values, normal) == rule.values.end()) {
        condition["required"] = json::array{json::string(rule.choice)};
    }
    return condition;
}

}  // namespace

bool Rule::Holds(const json::object& given, const Shape& shape) const {
    const auto count = static_cast<size_t>(std::ranges::count_if(
        fields, [&](const std::string& field) { return given.contains(field); }));
    const bool chosen =
        !choice.empty() &&
        std::ranges::find(values, TextOf(ValueOf(given, shape, choice))) != values.end();
    switch (kind) {
        case Kind::kAtLeastOne:
            return count >= 1;
        case Kind::kAtMostOne:
            return count <= 1;
        case Kind::kExactlyOne:
            return count == 1;
        case Kind::kNotMoreThan: {
            const json::value* lesser = ValueOf(given, shape, fields[0]);
            const json::value* greater = ValueOf(given, shape, fields[1]);
            return lesser == nullptr || greater == nullptr ||
                   NumberOf(*lesser) <= NumberOf(*greater);
        }
        case Kind::kNeeds:
            return !chosen || count == fields.size();
        case Kind::kNeedsUnless:
            return chosen || count == fields.size();
        case Kind::kOnlyFor:
            return chosen || count == 0;
    }
    return true;
}

std::string Rule::Sentence() const {
    const std::string list = fmt::format("{}", fmt::join(fields, ", "));
    const std::string words = fmt::format("{}", fmt::join(values, " or "));
    switch (kind) {
        case Kind::kAtLeastOne:
            return fmt::format("at least one of {} has to be given", list);
        case Kind::kAtMostOne:
            return fmt::format("only one of {} may be given", list);
        case Kind::kExactlyOne:
            return fmt::format("exactly one of {} has to be given", list);
        case Kind::kNotMoreThan:
            return fmt::format("{} must not be more than {}", fields[0], fields[1]);
        case Kind::kNeeds:
            return fmt::format("{} {} needs {}", choice, words, list);
        case Kind::kNeedsUnless:
            return fmt::format("{} has to be given, unless {} is {}", list, choice, words);
        case Kind::kOnlyFor:
            return fmt::format("{} may be given only where {} is {}", list, choice, words);
    }
    return {};
}

std::string Rule::Cel() const {
    const std::string all = fmt::format("{}", fmt::join(Each(fields, "has(self.{})"), " && "));
    const std::string any = fmt::format("{}", fmt::join(Each(fields, "has(self.{})"), " || "));
    switch (kind) {
        case Kind::kAtLeastOne:
            return any;
        case Kind::kAtMostOne:
            return CountCel(*this) + " <= 1";
        case Kind::kExactlyOne:
            return CountCel(*this) + " == 1";
        case Kind::kNotMoreThan:
            return fmt::format("!has(self.{0}) || !has(self.{1}) || self.{0} <= self.{1}",
                               fields[0], fields[1]);
        case Kind::kNeeds:
            return fmt::format("!{} || ({})", ValuesCel(*this), all);
        case Kind::kNeedsUnless:
            return fmt::format("{} || ({})", ValuesCel(*this), all);
        case Kind::kOnlyFor:
            return fmt::format("{} || !({})", ValuesCel(*this), any);
    }
    return {};
}

json::value Rule::JsonSchema(const Shape& shape) const {
    switch (kind) {
        case Kind::kAtLeastOne:
            return json::object{{"anyOf", RequiredEach(fields)}};
        case Kind::kAtMostOne:
            return NoPair(fields);
        case Kind::kExactlyOne:
            return json::object{{"oneOf", RequiredEach(fields)}};
        case Kind::kNotMoreThan:
            return nullptr;
        case Kind::kNeeds:
            return json::object{{"if", ChoiceIs(*this, shape)}, {"then", Required(fields)}};
        case Kind::kNeedsUnless:
            return json::object{{"if", ChoiceIs(*this, shape)},
                                {"then", json::object()},
                                {"else", Required(fields)}};
        case Kind::kOnlyFor:
            return json::object{{"if", ChoiceIs(*this, shape)},
                                {"then", json::object()},
                                {"else", {{"not", {{"anyOf", RequiredEach(fields)}}}}}};
    }
    return nullptr;
}

Rule AtLeastOne(std::vector<std::string> fields) {
    return {Rule::Kind::kAtLeastOne, std::move(fields)};
}
Rule AtMostOne(std::vector<std::string> fields) {
    return {Rule::Kind::kAtMostOne, std::move(fields)};
}
Rule ExactlyOne(std::vector<std::string> fields) {
    return {Rule::Kind::kExactlyOne, std::move(fields)};
}
Rule NotMoreThan(std::string lesser, std::string greater) {
    return {Rule::Kind::kNotMoreThan, {std::move(lesser), std::move(greater)}};
}
Rule Needs(std::string choice, std::vector<std::string> values, std::vector<std::string> fields) {
    return {Rule::Kind::kNeeds, std::move(fields), std::move(choice), std::move(values)};
}
Rule NeedsUnless(std::string choice, std::vector<std::string> values,
                 std::vector<std::string> fields) {
    return {Rule::Kind::kNeedsUnless, std::move(fields), std::move(choice), std::move(values)};
}
Rule OnlyFor(std::string choice, std::vector<std::string> values, std::vector<std::string> fields) {
    return {Rule::Kind::kOnlyFor, std::move(fields), std::move(choice), std::move(values)};
}

}  // namespace argosy::resources
