#include "cli/filter_text.h"

#include <gtest/gtest.h>

namespace argosy::cli {
namespace {

std::string Text(std::string_view filter) {
    return FilterText(OrThrow(retrieval::ParseFilter(OrThrow(ParseJson(filter)))));
}

TEST(FilterText, IsWhatAPersonWouldSay) {
    EXPECT_EQ(Text(R"({"must": [{"key": "colour", "match": {"any": ["blue", "red"]}},
                                {"key": "price", "range": {"gte": 20, "lt": 80.5}}],
                       "must_not": [{"key": "size", "match": {"value": "L"}}]})"),
              "colour is blue or red, price from 20 and under 80.5, not size is L");
    EXPECT_EQ(Text(R"({"should": [{"key": "name", "match": {"text": "rain"}},
                                  {"must": [{"is_null": {"key": "stock"}}]}]})"),
              "name has \"rain\" or (stock is null)");
    EXPECT_EQ(Text("{}"), "");
}

}  // namespace
}  // namespace argosy::cli
