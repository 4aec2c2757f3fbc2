#include "console/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/exchange_state.h"

namespace argosy::console {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr EmbeddedFile kFiles[] = {
    {"assets/app-1a2b.js", "text/javascript; charset=utf-8", "aaa", "the script", "GZ", "B"},
    {"assets/icon-3c4d.svg", "image/svg+xml", "bbb", "<svg/>", "", ""},
    {"index.html", "text/html; charset=utf-8", "ccc", "<!doctype html>", "", ""},
};

internal::ExchangeState::Output Ask(std::string method, std::string target, Headers headers = {},
                                    std::span<const EmbeddedFile> files = kFiles) {
    Router router;
    AddConsole(router, files);
    ServerRequest request;
    request.method = std::move(method);
    request.target = target;
    request.path = std::move(target);
    request.headers = std::move(headers);
    auto state = std::make_shared<internal::ExchangeState>(std::move(request), 1000, nullptr);
    router.Route(std::make_shared<Exchange>(state));
    return state->Take();
}

TEST(Console, ServesThePageWithAStrictPolicyAndAsksToRevalidate) {
    const auto page = Ask("GET", "/");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body, "<!doctype html>");
    EXPECT_EQ(page.headers.Get("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.headers.Get("Cache-Control"), "no-cache");
    EXPECT_EQ(page.headers.Get("X-Content-Type-Options"), "nosniff");
    const std::string policy(page.headers.Get("Content-Security-Policy"));
    EXPECT_THAT(policy, StartsWith("default-src 'none'"));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_THAT(policy, Not(HasSubstr("http")));
}

TEST(Console, ServesAssetsForEverWithTheirTypes) {
    const auto script = Ask("GET", "/assets/app-1a2b.js");
    EXPECT_EQ(script.status, 200);
    EXPECT_EQ(script.body, "the script");
    EXPECT_EQ(script.headers.Get("Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_THAT(std::string(script.headers.Get("Cache-Control")), HasSubstr("immutable"));
    EXPECT_EQ(Ask("GET", "/assets/icon-3c4d.svg").headers.Get("Content-Type"), "image/svg+xml");
}

TEST(Console, GivesTheCodingThatTheClientTakes) {
    const auto gzip = Ask("GET", "/assets/app-1a2b.js", {{"Accept-Encoding", "gzip, deflate"}});
    EXPECT_EQ(gzip.body, "GZ");
    EXPECT_EQ(gzip.headers.Get("Content-Encoding"), "gzip");
    EXPECT_EQ(gzip.headers.Get("Vary"), "Accept-Encoding");
    const auto brotli = Ask("GET", "/assets/app-1a2b.js", {{"Accept-Encoding", "gzip, br"}});
    EXPECT_EQ(brotli.body, "B");
    // One that was not worth compressing comes as it is.
    const auto plain = Ask("GET", "/assets/icon-3c4d.svg", {{"Accept-Encoding", "gzip, br"}});
    EXPECT_EQ(plain.body, "<svg/>");
    EXPECT_EQ(plain.headers.Count("Content-Encoding"), 0U);
}

TEST(Console, AnswersNotModifiedToTheTagOfTheSameCoding) {
    const auto whole = Ask("GET", "/assets/app-1a2b.js", {{"Accept-Encoding", "gzip"}});
    const std::string tag(whole.headers.Get("ETag"));
    EXPECT_EQ(tag, "\"aaa-gzip\"");
    const auto again = Ask("GET", "/assets/app-1a2b.js",
                           {{"Accept-Encoding", "gzip"}, {"If-None-Match", "W/" + tag}});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.headers.Get("ETag"), tag);
    EXPECT_EQ(Ask("GET", "/assets/app-1a2b.js", {{"If-None-Match", tag}}).status, 200);
}

TEST(Console, AnswersHeadAndRefusesOtherMethods) {
    EXPECT_EQ(Ask("HEAD", "/").status, 200);
    EXPECT_EQ(Ask("HEAD", "/assets/app-1a2b.js").headers.Get("ETag"), "\"aaa\"");
    EXPECT_EQ(Ask("POST", "/").status, 405);
}

TEST(Console, HasNothingBesideItsFiles) {
    for (const char* path :
         {"/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/index.html",
          "/assets/..%2f..%2fetc%2fpasswd", "/assets//etc/passwd", "/assets/app-1a2b.js/",
          "/assets/app-1a2b.js%00.svg"}) {
        const auto answer = Ask("GET", path);
        EXPECT_EQ(answer.status, 404) << path;
        EXPECT_THAT(answer.body, HasSubstr("\"error\"")) << path;
        EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store") << path;
    }
    EXPECT_EQ(Ask("GET", "/index.html").status, 404);
    EXPECT_EQ(Ask("GET", "/assets").status, 404);
}

TEST(Console, TellsThatItWasLeftOutOfTheBuild) {
    const auto answer = Ask("GET", "/", {}, {});
    EXPECT_EQ(answer.status, 404);
    EXPECT_THAT(answer.body, HasSubstr("ARGOSY_CONSOLE=OFF"));
}

// The real files: what Vite built is what the page may load.
TEST(Console, EmbedsAPageWhoseFilesAreAllThere) {
    if (EmbeddedFiles().empty()) GTEST_SKIP() << "built without the console";
    const auto page = Ask("GET", "/", {}, EmbeddedFiles());
    ASSERT_EQ(page.status, 200);
    size_t assets = 0;
    for (size_t at = page.body.find("./assets/"); at != std::string::npos;
         at = page.body.find("./assets/", at + 1)) {
        const std::string path = page.body.substr(at + 1, page.body.find('"', at) - at - 1);
        EXPECT_EQ(Ask("GET", path, {}, EmbeddedFiles()).status, 200) << path;
        ++assets;
    }
    EXPECT_GE(assets, 3U);  // script, style, icon
    EXPECT_THAT(page.body, Not(HasSubstr("http")));
    EXPECT_THAT(page.body, Not(HasSubstr("<style")));
}

}  // namespace
}  // namespace argosy::console
