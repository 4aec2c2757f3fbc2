#include "console/content_coding.h"

#include <gtest/gtest.h>

namespace argosy::console {
namespace {

TEST(ContentCoding, FollowsTheClientsQualities) {
    const auto choose = [](std::string_view accept) { return ChooseCoding(accept, true, true); };
    EXPECT_EQ(choose(""), Coding::kIdentity);
    EXPECT_EQ(choose("gzip"), Coding::kGzip);
    EXPECT_EQ(choose("gzip, deflate, br, zstd"), Coding::kBrotli);
    EXPECT_EQ(choose("GZIP ;Q=1, br;q=0.5"), Coding::kGzip);
    EXPECT_EQ(choose("br;q=0, gzip;q=0.1"), Coding::kGzip);
    EXPECT_EQ(choose("*"), Coding::kBrotli);
    EXPECT_EQ(choose("*;q=0.5, br;q=0"), Coding::kGzip);
    EXPECT_EQ(choose("identity;q=0"), Coding::kIdentity);
    EXPECT_EQ(choose("gzip;q=nonsense"), Coding::kIdentity);
    EXPECT_EQ(choose(",;,=;q"), Coding::kIdentity);
}

TEST(ContentCoding, TakesOnlyWhatThereIs) {
    EXPECT_EQ(ChooseCoding("gzip, br", true, false), Coding::kGzip);
    EXPECT_EQ(ChooseCoding("gzip, br", false, false), Coding::kIdentity);
}

TEST(ContentCoding, FindsATagInAList) {
    EXPECT_TRUE(NamesTag("\"a\"", "\"a\""));
    EXPECT_TRUE(NamesTag("\"x\", W/\"a\"", "\"a\""));
    EXPECT_TRUE(NamesTag(" * ", "\"a\""));
    EXPECT_FALSE(NamesTag("", "\"a\""));
    EXPECT_FALSE(NamesTag("a", "\"a\""));
    EXPECT_FALSE(NamesTag("\"a-gzip\"", "\"a\""));
}

}  // namespace
}  // namespace argosy::console
