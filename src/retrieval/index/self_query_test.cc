#include "retrieval/index/self_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace argosy::retrieval {
namespace {

std::vector<QueryField> Shop() {
    return {
        {.name = "price",
         .words = {"price", "cost"},
         .is_number = true,
         .quantity = Quantity::kMoney},
        {.name = "rating", .words = {"rating"}, .is_number = true, .quantity = Quantity::kStars},
        {.name = "weight", .words = {"weight"}, .is_number = true},
        {.name = "color", .values = {"Blue", "Dark Blue", "Orange", "Red"}},
        {.name = "flavour", .values = {"Orange", "Mint"}},
        {.name = "category", .values = {"Jackets", "Hiking", "Cats", "The", "12"}}};
}

// "price{"lt":80}; color[Blue]; -color[Red]"
std::string Found(std::string_view question) {
    std::string out;
    for (const FoundCondition& found : FindConditions(question, Shop())) {
        Filter filter;
        filter.must.push_back(found.condition);
        const json::value first = ToJson(filter)["must"].as_array()[0];
        const auto& what = first.as_object();
        out += out.empty() ? "" : "; ";
        out += found.excluded ? "-" : "";
        out += std::string(what.at("key").as_string());
        const json::value test = what.contains("range") ? what.at("range") : what.at("match");
        out += json::serialize(test);
    }
    return out;
}

TEST(SelfQuery, ReadsBounds) {
    const std::pair<const char*, const char*> cases[] = {
        {"a waterproof coat under 80 dollars for walks?", R"(price{"lt":8E1})"},
        {"coat under $80", R"(price{"lt":8E1})"},
        {"coat under 80", R"(price{"lt":8E1})"},
        {"coat below 1,299.50 euros", R"(price{"lt":1.2995E3})"},
        {"between 20 and 50 dollars", R"(price{"gte":2E1,"lte":5E1})"},
        {"between $20 and $50", R"(price{"gte":2E1,"lte":5E1})"},
        {"$20-$50 please", R"(price{"gte":2E1,"lte":5E1})"},
        {"20 to 50 dollars", R"(price{"gte":2E1,"lte":5E1})"},
        {"at least 4 stars", R"(rating{"gte":4E0})"},
        {"4 stars or more", R"(rating{"gte":4E0})"},
        {"no more than £30", R"(price{"lte":3E1})"},
        {"rating above 4.5", R"(rating{"gt":4.5E0})"},
        {"over 4 stars and under $100", R"(rating{"gt":4E0}; price{"lt":1E2})"},
        {"weight under 2", R"(weight{"lt":2E0})"},
        {"under 2 kg", ""},
        {"a tent for more than 3 people", ""},
        {"size 42", ""},
        {"iphone 15", ""},
        {"$80", ""},
        {"toys for kids under 12", ""},
        {"for 2 to 3 of us", ""},
        {"under the bridge", ""},
        {"between us and 50 others", ""},
    };
    for (const auto& [question, found] : cases) EXPECT_EQ(Found(question), found) << question;
}

TEST(SelfQuery, ReadsValues) {
    const std::pair<const char*, const char*> cases[] = {
        {"and in blue?", R"(color{"value":"Blue"})"},
        {"a dark blue one", R"(color{"value":"Dark Blue"})"},
        {"a jacket", R"(category{"value":"Jackets"})"},
        {"red or blue", R"(color{"any":["Blue","Red"]})"},
        {"not red", R"(-color{"value":"Red"})"},
        {"blue, not red", R"(color{"value":"Blue"}; -color{"value":"Red"})"},
        {"an orange one", ""},          // a colour and a flavour
        {"the 12 of them", ""},         // stop word, number
        {"a bluebird's category", ""},  // no whole word
        {"blue jacket under $80", R"(color{"value":"Blue"}; category{"value":"Jackets"}; )"
                                  R"(price{"lt":8E1})"},
    };
    for (const auto& [question, found] : cases) EXPECT_EQ(Found(question), found) << question;
}

TEST(SelfQuery, DropsWhatWouldLeaveNothing) {
    const auto found = FindConditions("blue jacket under $80", Shop());
    const auto query = OrThrow(ApplyConditions({}, found, [](const Filter& filter) {
        const std::string text = json::serialize(ToJson(filter));
        return text.find("color") == std::string::npos ? 5U : 0U;
    }));
    ASSERT_EQ(query.dropped.size(), 1U);
    EXPECT_EQ(query.dropped[0].phrase, "blue");
    ASSERT_EQ(query.filter.must.size(), 2U);
    EXPECT_EQ(query.filter.must[0].key, "price");
    const json::array explained = query.Explain();
    EXPECT_EQ(explained.size(), 3U);
    EXPECT_EQ(explained[2].at("phrase").as_string(), "blue");
    EXPECT_FALSE(explained[2].at("applied").as_bool());
    EXPECT_EQ(explained[0].at("phrase").as_string(), "under $80");
}

TEST(SelfQuery, FailsWhereCountingFails) {
    const auto query = ApplyConditions(
        {}, FindConditions("a blue jacket", Shop()),
        [](const Filter&) -> Result<size_t> { return Err(ErrorCode::kUnavailable, "gone"); });
    ASSERT_FALSE(query);
    EXPECT_EQ(query.error().code, ErrorCode::kUnavailable);
}

TEST(SelfQuery, DescribesFieldsByTheirValues) {
    PayloadIndex index;
    for (Slot slot = 0; slot < 10; ++slot) {
        index.Add(slot, {{"unit_price", 5.5 * slot},
                         {"color", slot % 2 == 0 ? "red" : "blue"},
                         {"text", std::string(500, 'x')}});
    }
    const auto summaries = index.Summaries(100);
    const auto fields = DescribeFields(summaries);
    ASSERT_EQ(fields.size(), 2U);
    EXPECT_THAT(fields[0].values, testing::UnorderedElementsAre("red", "blue"));
    EXPECT_EQ(fields[1].name, "unit_price");
    EXPECT_EQ(fields[1].quantity, Quantity::kMoney);
}

TEST(SelfQuery, KnowsThePartsOfAUnitByAFieldsName) {
    const std::vector<FieldSummary> summaries = {
        {.name = "price_cents", .slots = 9, .numbers = 9},
        {.name = "rating_tenths", .slots = 9, .numbers = 9},
        {.name = "weight", .slots = 9, .numbers = 9}};
    const auto fields = DescribeFields(summaries);
    ASSERT_EQ(fields.size(), 3U);
    EXPECT_EQ(fields[2].scale, 1);
    const auto found = FindConditions("under $80 with at least 4 stars", fields);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].condition.key, "price_cents");
    EXPECT_EQ(std::get<Range>(found[0].condition.test).lt, 8000);
    EXPECT_EQ(found[1].condition.key, "rating_tenths");
    EXPECT_EQ(std::get<Range>(found[1].condition.test).gte, 40);
}

}  // namespace
}  // namespace argosy::retrieval
