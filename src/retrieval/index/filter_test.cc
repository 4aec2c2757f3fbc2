#include "retrieval/index/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "retrieval/index/payload_index.h"

namespace argosy::retrieval {
namespace {

Filter Parse(std::string_view text) { return OrThrow(ParseFilter(OrThrow(ParseJson(text)))); }

std::string ErrorOf(std::string_view text) {
    const auto filter = ParseFilter(OrThrow(ParseJson(text)));
    return filter ? "" : filter.error().message;
}

bool Holds(std::string_view filter, std::string_view metadata) {
    return Matches(Parse(filter), OrThrow(ParseJson(metadata)).as_object());
}

TEST(Filter, TestsOneField) {
    struct Case {
        std::string condition, metadata;
        bool holds;
    };
    const Case cases[] = {
        {R"({"key":"c","match":{"value":"red"}})", R"({"c":"red"})", true},
        {R"({"key":"c","match":{"value":"red"}})", R"({"c":["blue","red"]})", true},
        {R"({"key":"c","match":{"value":"red"}})", R"({"c":"Red"})", false},
        {R"({"key":"c","match":{"value":"red"}})", R"({})", false},
        {R"({"key":"n","match":{"value":80}})", R"({"n":80.0})", true},
        {R"({"key":"n","match":{"value":"80"}})", R"({"n":80})", false},
        {R"({"key":"b","match":{"value":true}})", R"({"b":true})", true},
        {R"({"key":"c","match":{"any":["red","blue"]}})", R"({"c":"blue"})", true},
        {R"({"key":"c","match":{"any":[]}})", R"({"c":"blue"})", false},
        {R"({"key":"c","match":{"except":["red"]}})", R"({"c":"blue"})", true},
        {R"({"key":"c","match":{"except":["red"]}})", R"({"c":"red"})", false},
        {R"({"key":"c","match":{"except":["red"]}})", R"({})", false},
        {R"({"key":"t","match":{"text":"Jacket rain"}})", R"({"t":"A rain-proof jacket"})", true},
        {R"({"key":"t","match":{"text":"rain coat"}})", R"({"t":"A rain-proof jacket"})", false},
        {R"({"key":"p","range":{"lt":80}})", R"({"p":79.99})", true},
        {R"({"key":"p","range":{"lt":80}})", R"({"p":80})", false},
        {R"({"key":"p","range":{"gte":20,"lte":50,"gt":null}})", R"({"p":[10,50]})", true},
        {R"({"key":"p","range":{"gte":20}})", R"({"p":"30"})", false},
        {R"({"is_empty":{"key":"a"}})", R"({})", true},
        {R"({"is_empty":{"key":"a"}})", R"({"a":[]})", true},
        {R"({"is_empty":{"key":"a"}})", R"({"a":null})", true},
        {R"({"is_empty":{"key":"a"}})", R"({"a":""})", false},
        {R"({"is_null":{"key":"a"}})", R"({"a":null})", true},
        {R"({"is_null":{"key":"a"}})", R"({})", false},
        {R"({"key":"a.b","match":{"value":1}})", R"({"a":{"b":1}})", true},
        {R"({"key":"a[].b","match":{"value":1}})", R"({"a":[{"b":2},{"b":1}]})", true},
        {R"({"key":"a.b","match":{"value":1}})", R"({"a.b":1})", true},
        {R"({"key":"a.b.c","match":{"value":1}})", R"({"a":{"b":2},"a.b":{"c":1}})", true},
        {R"({"key":"a.b","match":{"value":1}})", R"({"a":1})", false},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(Holds(R"({"must":[)" + c.condition + "]}", c.metadata), c.holds)
            << c.condition << " on " << c.metadata;
    }
}

TEST(Filter, CombinesConditions) {
    const char* red = R"({"key":"c","match":{"value":"red"}})";
    const char* cheap = R"({"key":"p","range":{"lt":10}})";
    EXPECT_TRUE(Holds("{}", "{}"));
    EXPECT_TRUE(Holds(fmt::format(R"({{"should":[{},{}]}})", red, cheap), R"({"p":5})"));
    EXPECT_FALSE(Holds(fmt::format(R"({{"should":[{},{}]}})", red, cheap), R"({"p":15})"));
    EXPECT_FALSE(Holds(fmt::format(R"({{"must_not":{}}})", red), R"({"c":"red"})"));
    EXPECT_TRUE(Holds(fmt::format(R"({{"must":[{{"must_not":[{}]}}]}})", red), R"({"c":"tan"})"));
}

TEST(Filter, ErrorsNameThePlaceAndTheRightWord) {
    EXPECT_EQ(ErrorOf("[]"), "must be an object");
    EXPECT_EQ(ErrorOf(R"({"musst":[]})"), "unknown field \"musst\"; did you mean \"must\"?");
    EXPECT_EQ(ErrorOf(R"({"must":[{"key":"a","match":{"vaule":1}}]})"),
              "must[0].match: unknown field \"vaule\"; did you mean \"value\"?");
    EXPECT_EQ(ErrorOf(R"({"must":[{"key":"a"}]})"),
              "must[0]: must have either \"match\" or \"range\"");
    EXPECT_EQ(ErrorOf(R"({"must":[{"key":"a","match":{"any":[[]]}}]})"),
              "must[0].match.any[0]: must be a string, a number or a boolean");
    EXPECT_EQ(ErrorOf(R"({"should":[{"match":{"value":1}}]})"),
              "should[0]: has no \"key\" (the name of a field)");
    EXPECT_EQ(ErrorOf(R"({"must":[{"key":"a","range":{"lt":"x"}}]})"),
              "must[0].range.lt: must be a number");
    EXPECT_EQ(ErrorOf(R"({"must_not":{"key":"a","range":{}}})"),
              "must_not.range: must have one of \"gt\", \"gte\", \"lt\", \"lte\"");
    EXPECT_EQ(ErrorOf(R"({"must":[{"key":"a","is_empty":{"key":"a"}}]})"),
              "must[0]: \"is_empty\" stands alone");
    std::string deep = "{}";
    for (int i = 0; i < 20; ++i) deep = fmt::format(R"({{"must":[{}]}})", deep);
    EXPECT_THAT(ErrorOf(deep), testing::HasSubstr("deeper than 16 filters"));
}

// Small worlds, so that values meet.
rc::Gen<json::value> Scalar() {
    return rc::gen::oneOf(
        rc::gen::map(rc::gen::inRange(0, 4), [](int n) { return json::value(n); }),
        rc::gen::map(rc::gen::element<std::string>("red", "blue", "a long blue coat"),
                     [](const std::string& s) { return json::value(s); }),
        rc::gen::map(rc::gen::arbitrary<bool>(), [](bool b) { return json::value(b); }),
        rc::gen::just(json::value(nullptr)));
}

json::object RandomMetadata() {
    json::object out;
    for (const char* key : {"x", "y", "x.z"}) {
        const int kind = *rc::gen::inRange(0, 4);
        if (kind == 1) out[key] = *Scalar();
        if (kind == 2) out[key] = json::array{*Scalar(), *Scalar()};
        if (kind == 3) out[key] = json::object{{"z", *Scalar()}};
    }
    return out;
}

std::vector<json::value> Values() {
    std::vector<json::value> values{*Scalar(), *Scalar()};
    std::erase_if(values, [](const json::value& v) { return v.is_null(); });
    return values;
}

Filter RandomFilter(int depth);

Condition RandomCondition(int depth) {
    const std::string key = *rc::gen::element<std::string>("x", "y", "x.z", "y[].z", "w");
    switch (*rc::gen::inRange(0, depth > 0 ? 7 : 6)) {
        case 0:
            return {key, MatchAny{Values()}};
        case 1:
            return {key, MatchExcept{Values()}};
        case 2:
            return {key, MatchText{"blue"}};
        case 3:
            return {key, Range{.gte = *rc::gen::inRange(0, 4), .lt = *rc::gen::inRange(0, 5)}};
        case 4:
            return {key, IsEmpty{}};
        case 5:
            return {key, IsNull{}};
        default:
            return {{}, std::make_shared<const Filter>(RandomFilter(depth - 1))};
    }
}

Filter RandomFilter(int depth) {
    Filter filter;
    for (auto* list : {&filter.must, &filter.should, &filter.must_not}) {
        for (int n = *rc::gen::inRange(0, 3); n > 0; --n) list->push_back(RandomCondition(depth));
    }
    return filter;
}

RC_GTEST_PROP(Filter, IsReadBackFromItsJson, ()) {
    const Filter filter = RandomFilter(2);
    const json::object metadata = RandomMetadata();
    const Filter again = OrThrow(ParseFilter(ToJson(filter)));
    RC_ASSERT(ToJson(again) == ToJson(filter));
    RC_ASSERT(Matches(again, metadata) == Matches(filter, metadata));
}

RC_GTEST_PROP(PayloadIndex, SelectsWhatMatches, ()) {
    PayloadIndex index;
    std::vector<json::object> all;
    for (Slot slot = 0; slot < 40; ++slot) {
        all.push_back(RandomMetadata());
        index.Add(slot, all.back());
    }
    const Filter filter = RandomFilter(2);
    const auto selection = index.Select(filter);
    for (Slot slot = 0; slot < index.slots(); ++slot) {
        const bool matches = Matches(filter, all[slot]);
        if (matches) RC_ASSERT(selection.slots.Has(slot));
        if (selection.exact) RC_ASSERT(selection.slots.Has(slot) == matches);
    }
}

TEST(PayloadIndex, FindsRangesAmongManyNumbers) {
    PayloadIndex index;
    for (Slot slot = 0; slot < 5000; ++slot) index.Add(slot, {{"p", (slot * 7919) % 5000}});
    const auto found = index.Select(Parse(R"({"must":[{"key":"p","range":{"gt":10,"lte":20}}]})"));
    EXPECT_TRUE(found.exact);
    EXPECT_EQ(found.slots.Count(), 10U);
    const auto summary = index.Summaries(10);
    ASSERT_EQ(summary.size(), 1U);
    EXPECT_EQ(summary[0].max, 4999);
}

}  // namespace
}  // namespace argosy::retrieval
