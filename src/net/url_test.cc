#include "net/url.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

TEST(Url, SplitsEveryPart) {
    const Url url = OrThrow(ParseUrl("HTTPS://us%40er:pw@Example.COM:8443/a%20b/c?x=1&y=2#frag"));
    EXPECT_EQ(url.scheme, "https");
    EXPECT_EQ(url.user_info, "us%40er:pw");
    EXPECT_EQ(url.host, "example.com");
    EXPECT_EQ(url.port, 8443);
    EXPECT_EQ(url.Target(), "/a%20b/c?x=1&y=2");
    EXPECT_EQ(url.fragment, "frag");
    EXPECT_EQ(url.ToString(), "https://example.com:8443/a%20b/c?x=1&y=2#frag");
}

TEST(Url, HasDefaultsAndIpv6) {
    EXPECT_EQ(OrThrow(ParseUrl("http://h")).Target(), "/");
    EXPECT_EQ(OrThrow(ParseUrl("http://h?q")).Target(), "/?q");
    EXPECT_EQ(OrThrow(ParseUrl("https://h:/")).port, 443);
    const Url six = OrThrow(ParseUrl("http://[::1]:8080/x"));
    EXPECT_EQ(six.host, "::1");
    EXPECT_EQ(six.Authority(), "[::1]:8080");
    EXPECT_EQ(OrThrow(ParseUrl("http://h/\xC3\xA9")).path, "/%C3%A9");
}

TEST(Url, RefusesWhatIsNoUrl) {
    for (const char* bad : {"", "h/x", "http:/x", "http://", "http://h:99999/", "http://h:a/",
                            "http://[::1/", "http://[zz]/", "http://a b/", "http://h/\r\nX: y",
                            "http://h\\evil/", "1http://h/", "http://[::1]x/"}) {
        EXPECT_FALSE(ParseUrl(bad)) << bad;
    }
}

TEST(Url, ResolvesReferencesAsRfc3986Section541) {
    const Url base = OrThrow(ParseUrl("http://a/b/c/d;p?q"));
    const std::pair<const char*, const char*> cases[] = {
        {"g", "http://a/b/c/g"},      {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},    {"/g", "http://a/g"},
        {"//g", "http://g/"},         {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},  {"#s", "http://a/b/c/d;p?q#s"},
        {"", "http://a/b/c/d;p?q"},   {".", "http://a/b/c/"},
        {"..", "http://a/b/"},        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},       {"../../../g", "http://a/g"},
        {"/./g", "http://a/g"},       {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},    {"./g/.", "http://a/b/c/g/"},
        {"g/../h", "http://a/b/c/h"}, {"https://x:1/y", "https://x:1/y"}};
    for (const auto& [reference, expected] : cases) {
        EXPECT_EQ(OrThrow(ResolveUrl(base, reference)).ToString(), expected) << reference;
    }
}

TEST(Percent, EncodesAndDecodes) {
    EXPECT_EQ(PercentEncode("a/b c~é"), "a%2Fb%20c~%C3%A9");
    EXPECT_EQ(PercentEncode("a/b", "/"), "a/b");
    EXPECT_EQ(OrThrow(PercentDecode("a%2fb+%C3%A9")), "a/b+é");
    EXPECT_EQ(OrThrow(PercentDecode("a+b", true)), "a b");
    EXPECT_FALSE(PercentDecode("%"));
    EXPECT_FALSE(PercentDecode("%4"));
    EXPECT_FALSE(PercentDecode("a%zz"));
    EXPECT_EQ(OrThrow(PercentDecode("%41")), "A");
}

TEST(Query, KeepsOrderAndRepeats) {
    const auto query = OrThrow(ParseQuery("a=1&b&&a=%202+3&=x"));
    ASSERT_EQ(query.size(), 4u);
    EXPECT_EQ(query[0], std::make_pair(std::string("a"), std::string("1")));
    EXPECT_EQ(query[1], std::make_pair(std::string("b"), std::string()));
    EXPECT_EQ(query[2], std::make_pair(std::string("a"), std::string(" 2 3")));
    EXPECT_EQ(query[3], std::make_pair(std::string(), std::string("x")));
}

}  // namespace
}  // namespace argosy
