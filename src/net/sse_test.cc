#include "net/sse.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

std::vector<SseEvent> ParseAll(std::string_view text, size_t step) {
    SseParser parser;
    std::vector<SseEvent> events;
    for (size_t i = 0; i < text.size(); i += step) {
        EXPECT_TRUE(parser.Feed(text.substr(i, step), events));
    }
    return events;
}

TEST(SseParser, ReadsTheExamplesOfTheSpecification) {
    const std::string stream =
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n"
        "\ndata\n\ndata\ndata\n\nevent: add\ndata: 73857293\n\ndata: cut off";
    const std::vector<SseEvent> expected{{"", "first event", "1"}, {"", "second event", ""},
                                         {"", " third event", ""}, {"", "", ""},
                                         {"", "\n", ""},           {"add", "73857293", ""}};
    for (size_t step : {1, 2, 3, 7, 1000}) EXPECT_EQ(ParseAll(stream, step), expected) << step;
}

TEST(SseParser, TakesEveryLineEndAndALeadingByteOrderMark) {
    const std::vector<SseEvent> expected{{"", "a\nb", ""}, {"", "c", ""}};
    for (size_t step : {1, 2, 5, 100}) {
        EXPECT_EQ(ParseAll("\xEF\xBB\xBF"
                           "data: a\r\ndata: b\r\n\r\ndata: c\r\r",
                           step),
                  expected);
        EXPECT_EQ(ParseAll("data: a\ndata: b\n\ndata: c\n\n", step), expected);
    }
    EXPECT_EQ(ParseAll("\xEF\xBB"
                       "data: x\ndata: y\n\n",
                       1),
              (std::vector<SseEvent>{{"", "y", ""}}));
}

TEST(SseParser, IgnoresUnknownFieldsAndBadRetry) {
    SseParser parser;
    std::vector<SseEvent> events;
    ASSERT_TRUE(parser.Feed("retry: 1x\nfoo: bar\nretry: 250\nevent: only\n\n", events));
    EXPECT_TRUE(events.empty());
    EXPECT_EQ(parser.retry(), std::chrono::milliseconds(250));
}

TEST(SseParser, RefusesAnEventThatPassesItsLimit) {
    SseParser parser(16);
    std::vector<SseEvent> events;
    ASSERT_TRUE(parser.Feed("data: 12345\n\n", events));
    const auto result = parser.Feed("data: 12345678901234567", events);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kResourceExhausted);
    EXPECT_FALSE(parser.Feed("\n\n", events));
}

TEST(FormatSse, GoesThroughTheParserUnchanged) {
    EXPECT_EQ(FormatSse("[DONE]"), "data: [DONE]\n\n");
    const std::string text = FormatSse("a\nb\r\nc\r", "de\nlta", "7") + FormatSseComment("ping");
    EXPECT_EQ(ParseAll(text, 3), (std::vector<SseEvent>{{"delta", "a\nb\nc\n", "7"}}));
}

}  // namespace
}  // namespace argosy
