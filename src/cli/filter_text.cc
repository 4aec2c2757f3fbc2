#include "cli/filter_text.h"

#include <fmt/format.h>

#include <vector>

#include "base/json.h"

namespace argosy::cli {

namespace {

using namespace retrieval;

std::string Joined(const std::vector<std::string>& parts, const char* between) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
    return text;
}

std::string ValueText(const json::value& value) {
    return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

std::string Values(const std::vector<json::value>& values) {
    std::vector<std::string> texts;
    texts.reserve(values.size());
    for (const json::value& value : values) texts.push_back(ValueText(value));
    return Joined(texts, " or ");
}

std::string RangeText(const Range& range) {
    std::vector<std::string> bounds;
    if (range.gt) bounds.push_back(fmt::format("above {:g}", *range.gt));
    if (range.gte) bounds.push_back(fmt::format("from {:g}", *range.gte));
    if (range.lt) bounds.push_back(fmt::format("under {:g}", *range.lt));
    if (range.lte) bounds.push_back(fmt::format("up to {:g}", *range.lte));
    return Joined(bounds, " and ");
}

struct TestText {
    const std::string& key;

    std::string operator()(const MatchAny& any) const { return key + " is " + Values(any.values); }
    std::string operator()(const MatchExcept& other) const {
        return key + " is not " + Values(other.values);
    }
    std::string operator()(const MatchText& words) const {
        return fmt::format("{} has \"{}\"", key, words.text);
    }
    std::string operator()(const Range& range) const { return key + " " + RangeText(range); }
    std::string operator()(const IsEmpty&) const { return key + " is empty"; }
    std::string operator()(const IsNull&) const { return key + " is null"; }
    std::string operator()(const std::shared_ptr<const Filter>& filter) const {
        return "(" + FilterText(*filter) + ")";
    }
};

std::vector<std::string> Texts(const std::vector<Condition>& conditions,
                               const std::string& before) {
    std::vector<std::string> texts;
    texts.reserve(conditions.size());
    for (const Condition& condition : conditions) {
        texts.push_back(before + std::visit(TestText{condition.key}, condition.test));
    }
    return texts;
}

}  // namespace

std::string FilterText(const Filter& filter) {
    std::vector<std::string> parts = Texts(filter.must, "");
    for (std::string& text : Texts(filter.must_not, "not ")) parts.push_back(std::move(text));
    if (!filter.should.empty()) parts.push_back(Joined(Texts(filter.should, ""), " or "));
    return Joined(parts, ", ");
}

}  // namespace argosy::cli
