#include "telemetry/log.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace argosy::log {
namespace {

constexpr int64_t kTime = 1'700'000'000'123;

TEST(Log, TextLineQuotesOnlyWhatNeedsIt) {
    EXPECT_EQ(FormatLine(Format::kText, Level::kInfo, kTime, "listening",
                         {{"port", 8080}, {"model", "a b"}, {"empty", ""}}),
              "22:13:20.123 info  listening port=8080 model=\"a b\" empty=\"\"");
}

TEST(Log, ValueCannotForgeASecondLine) {
    const std::string line =
        FormatLine(Format::kText, Level::kWarn, kTime, "bad", {{"path", "x\n22:13 error fake"}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(Log, JsonLineParsesAndKeepsNumbers) {
    const std::string line = FormatLine(Format::kJson, Level::kError, kTime, "say \"hi\"",
                                        {{"n", 3}, {"text", "tab\there"}});
    const auto value = ParseJson(line);
    ASSERT_TRUE(value.has_value()) << line;
    EXPECT_EQ(value->at("message").as_string(), "say \"hi\"");
    EXPECT_EQ(value->at("n").as_int64(), 3);
    EXPECT_EQ(value->at("text").as_string(), "tab\there");
    EXPECT_EQ(value->at("time").as_string(), "2023-11-14T22:13:20.123Z");
}

TEST(Log, UnknownNamesAreRefusedWithTheKnownOnes) {
    EXPECT_EQ(ParseLevel("loud").error().message,
              "unknown log level 'loud': use debug, info, warn or error");
    EXPECT_EQ(ParseFormat("xml").error().message, "unknown log format 'xml': use text or json");
}

}  // namespace
}  // namespace argosy::log
