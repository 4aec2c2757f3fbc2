#include "base/json.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

TEST(ParseJson, ReadsAWholeDocument) {
    const auto value = ParseJson(R"( {"a": [1, 2.5, "x"]} )");
    ASSERT_TRUE(value.has_value());
    EXPECT_EQ(value->at("a").as_array().size(), 3U);
}

TEST(ParseJson, SaysWhereItBreaks) {
    EXPECT_EQ(ParseJson(R"({"a": tru)").error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(ParseJson(R"({"a" 1})").error().message.find("offset 5"), std::string::npos);
    EXPECT_NE(ParseJson("{} x").error().message.find("after the JSON document at offset 3"),
              std::string::npos);
}

TEST(ParseJson, BoundsItsDepth) {
    EXPECT_FALSE(ParseJson(std::string(1000, '[') + std::string(1000, ']')).has_value());
}

}  // namespace
}  // namespace argosy
