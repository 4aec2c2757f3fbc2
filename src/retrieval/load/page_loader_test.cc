#include "retrieval/load/page_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "retrieval/load/decode_text.h"
#include "retrieval/load/front_matter.h"
#include "retrieval/load/html_page.h"

namespace argosy::retrieval {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

TEST(DecodeText, ReadsUtf8AndUtf16) {
    EXPECT_EQ(OrThrow(DecodeText("\xEF\xBB\xBFn\u00e4h")), "n\u00e4h");
    EXPECT_EQ(OrThrow(DecodeText(std::string("\xFF\xFE"
                                             "a\0\xE4\0\x3D\xD8\x00\xDE",
                                             10))),
              "a\u00e4\U0001F600");
    EXPECT_EQ(OrThrow(DecodeText(std::string("\xFE\xFF\0a\xD8\x3D\xDE\x00", 8))), "a\U0001F600");
    EXPECT_EQ(OrThrow(DecodeText("")), "");
}

TEST(DecodeText, NamesTheOffsetOfWhatItRefuses) {
    const auto message = [](std::string bytes) {
        return DecodeText(std::move(bytes)).error().message;
    };
    EXPECT_THAT(message("abc\xE4 def"), HasSubstr("byte 0xE4 at offset 3 is not UTF-8"));
    EXPECT_THAT(message("\u00e4\xED\xA0\x80"), HasSubstr("offset 2"));
    EXPECT_THAT(message(std::string("a\0b", 3)), HasSubstr("NUL byte at offset 1"));
    EXPECT_THAT(message(std::string("\xFF\xFE"
                                    "a\0b",
                                    5)),
                HasSubstr("offset 4"));
    EXPECT_THAT(message(std::string("\xFF\xFE\0\xDC", 4)), HasSubstr("surrogate pair at offset 2"));
    EXPECT_THAT(message(std::string("\xFF\xFE\0\0a\0\0\0", 8)), HasSubstr("UTF-32"));
}

TEST(MarkdownPage, TakesFrontMatterAndTitle) {
    const Document page = OrThrow(ParseMarkdownPage(
        "a.md",
        "---\r\ntitle: \"12\"\ntags: [a, b]\nprice: 9.5\ndraft: true\nnone: ~\n---\n# H\n\nx"));
    EXPECT_EQ(page.id, "a.md");
    EXPECT_EQ(page.title, "12");
    EXPECT_EQ(page.text, "# H\n\nx");
    EXPECT_EQ(page.metadata, json::parse(R"({"title":"12","tags":["a","b"],"price":9.5,
                                             "draft":true,"none":null})"));
    EXPECT_EQ(OrThrow(ParseMarkdownPage("b", "text\n\nTitle\n===\n# Other\n")).title, "Title");
    EXPECT_EQ(OrThrow(ParseMarkdownPage("c", "---\nno end\n")).text, "---\nno end\n");
}

TEST(MarkdownPage, RefusesFrontMatterThatIsNone) {
    EXPECT_THAT(ParseFrontMatter("---\na: 1\nb: [\n---\n").error().message, HasSubstr("line "));
    EXPECT_THAT(ParseFrontMatter("---\n- a\n---\n").error().message, HasSubstr("no mapping"));
    std::string bomb = "---\na: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c < 'k'; ++c) {
        bomb += fmt::format("{0}: &{0} [*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1}]\n", c,
                            static_cast<char>(c - 1));
    }
    EXPECT_THAT(ParseFrontMatter(bomb + "---\n").error().message, HasSubstr("too large"));
    EXPECT_FALSE(ParseFrontMatter("---\na: " + std::string(1000, '[') + "\n---\n"));
}

TEST(HtmlPage, ShowsWhatAReaderSees) {
    const HtmlPage page = OrThrow(ReadHtml(R"(<!DOCTYPE html><html><head><title> The
      shop </title><style>p {color: red}</style><script>var x = "<p>no</p>";</script></head>
      <body><nav><a href="/">Home</a></nav><h1>Big <em>sale</em></h1>
      <p>Tents &amp; stoves, see <a href="/tents">our tents</a>.<br>Now!</p>
      <ul><li>One</li><li>Two <b>bold</b></li></ul><div hidden>no</div>
      <div style="display: none">no</div><template>no</template><!-- no -->
      <table><tr><td>a</td><td>b</td></tr></table><pre>x
  y</pre></body></html>)"));
    EXPECT_EQ(page.title, "The shop");
    EXPECT_EQ(page.text,
              "Big sale\n\nTents & stoves, see our tents.\nNow!\n\nOne\nTwo bold\n\na b\n\nx\n  y");
}

TEST(HtmlPage, TakesItsHeadingWhereItHasNoTitle) {
    EXPECT_EQ(OrThrow(ReadHtml("<p>a</p><h1>The <b>one</b></h1><h1>two</h1>")).title, "The one");
    EXPECT_EQ(OrThrow(ReadHtml("<h1><div>a</div><div>b</div></h1>x")).title, "a b");
    EXPECT_EQ(OrThrow(ReadHtml("")).text, "");
    EXPECT_EQ(OrThrow(ReadHtml("plain <")).text, "plain <");
}

TEST(HtmlPage, SurvivesPagesThatNestWithoutEnd) {
    std::string deep;
    for (int i = 0; i < 200'000; ++i) deep += "<ruby>";  // far beyond what a stack could recurse
    const auto read = ReadHtml(deep + "text", {.time = 60'000ms});
    EXPECT_EQ(OrThrow(read).text, "text");
    const auto slow = ReadHtml(deep, {.time = 0ms});
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().code, ErrorCode::kResourceExhausted);
}

TEST(HtmlPage, BoundsTheTreeOfAHostilePage) {
    // Each paragraph opens all of the formatting elements again: n * n nodes.
    std::string bomb = "<p>";
    for (int i = 0; i < 3000; ++i) bomb += fmt::format("<b id={}>", i);
    for (int i = 0; i < 3000; ++i) bomb += "</p><p>x";
    const auto read = ReadHtml(bomb, {.tree_bytes = size_t{64} << 20, .time = 60'000ms});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kResourceExhausted);
    EXPECT_THAT(read.error().message, HasSubstr("64.0 MiB"));
    const auto late = ReadHtml(bomb, {.time = 0ms});
    ASSERT_FALSE(late);
    EXPECT_THAT(late.error().message, HasSubstr("0 ms"));
}

TEST(HtmlPage, IsADocument) {
    const Document page = OrThrow(ParseHtmlPage("u", "<title>T</title><p>x", 1000ms));
    EXPECT_EQ(page.title, "T");
    EXPECT_EQ(page.text, "x");
    EXPECT_FALSE(ParseHtmlPage("u", "\xE4", 1000ms));
    EXPECT_FALSE(ParseTextPage("u", "\xE4"));
}

}  // namespace
}  // namespace argosy::retrieval
