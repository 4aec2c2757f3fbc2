#include "base/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace argosy {
namespace {

TEST(NearestWord, FindsTheSlipOfAKey) {
    const std::vector<std::string> known = {"port", "host", "model"};
    EXPECT_EQ(NearestWord("prot", known), "port");
    EXPECT_EQ(NearestWord("modell", known), "model");
    EXPECT_EQ(NearestWord("temperature", known), "");
}

TEST(Bytes, FormatAndParse) {
    EXPECT_EQ(FormatBytes(17), "17 B");
    EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
    EXPECT_EQ(FormatBytes(1ULL << 30), "1.0 GiB");
    EXPECT_EQ(FormatBytes(1000), "1.0 KiB");
    uint64_t bytes = 0;
    EXPECT_TRUE(ParseBytes("1.5GiB", bytes));
    EXPECT_EQ(bytes, 1610612736U);
    EXPECT_TRUE(ParseBytes("512m", bytes));
    EXPECT_EQ(bytes, 512U << 20);
    EXPECT_TRUE(ParseBytes("8GB", bytes));
    EXPECT_EQ(bytes, 8'000'000'000U);
    EXPECT_FALSE(ParseBytes("8 parsecs", bytes));
    EXPECT_FALSE(ParseBytes("-1", bytes));
    EXPECT_FALSE(ParseBytes("", bytes));
}

TEST(Utf8, CompleteKeepsBackOnlyAStartedCharacter) {
    EXPECT_EQ(CompleteUtf8("a\xC3"), 1U);
    EXPECT_EQ(CompleteUtf8("a\xC3\xA4"), 3U);
    EXPECT_EQ(CompleteUtf8("\xF0\x9F\x98"), 0U);
    EXPECT_EQ(CompleteUtf8("\xF0\x9F\x98\x80"), 4U);
    EXPECT_EQ(CompleteUtf8("\xFF"), 1U);      // can never become one
    EXPECT_EQ(CompleteUtf8("\xE0\x80"), 2U);  // overlong: invalid already
    EXPECT_EQ(CompleteUtf8("x\x80"), 2U);
}

TEST(Utf8, SanitizeReplacesEachMaximalInvalidPartOnce) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(SanitizeUtf8("ok \xC3\xA4"), "ok \xC3\xA4");
    EXPECT_EQ(SanitizeUtf8("\xF0\x9F\x98z"), bad + "z");
    EXPECT_EQ(SanitizeUtf8("\xE0\x80\x80"), bad + bad + bad);
    EXPECT_EQ(SanitizeUtf8("\xED\xA0\x80"), bad + bad + bad);  // a surrogate
}

}  // namespace
}  // namespace argosy
