#include "net/router.h"

#include <gtest/gtest.h>

#include "net/cors.h"
#include "net/exchange_state.h"

namespace argosy {
namespace {

/// Routes a request without a server; what the handlers answered.
internal::ExchangeState::Output Ask(const Router& router, std::string method, std::string target) {
    ServerRequest request;
    request.method = std::move(method);
    request.target = target;
    request.path = std::move(target);
    auto state = std::make_shared<internal::ExchangeState>(std::move(request), 1000, nullptr);
    router.Route(std::make_shared<Exchange>(state));
    return state->Take();
}

Handler Say(std::string text) {
    return [text](const std::shared_ptr<Exchange>& x) {
        std::string all = text;
        for (const auto& [name, value] : x->request().params) all += " " + name + "=" + value;
        x->Respond(200, {}, all);
    };
}

Router Example() {
    Router router;
    router.Add("GET", "/", Say("root"));
    router.Add("GET", "/v1/models", Say("list"));
    router.Add("GET", "/v1/models/{model*}", Say("model"));
    router.Add("DELETE", "/v1/models/{model}", Say("delete"));
    router.Add("GET", "/v1/{kind}/last", Say("kind"));
    router.Add("GET", "/v1/models/special", Say("special"));
    return router;
}

TEST(Router, PrefersLiteralsAndDecodesSegments) {
    const Router router = Example();
    EXPECT_EQ(Ask(router, "GET", "/").body, "root");
    EXPECT_EQ(Ask(router, "GET", "/v1/models?x=/a").body, "list");
    EXPECT_EQ(Ask(router, "GET", "/v1/models/org/name").body, "model model=org/name");
    EXPECT_EQ(Ask(router, "GET", "/v1/models/special").body, "special");
    EXPECT_EQ(Ask(router, "DELETE", "/v1/models/org%2Fname").body, "delete model=org/name");
    EXPECT_EQ(Ask(router, "GET", "/v1/x/last").body, "kind kind=x");
    EXPECT_EQ(Ask(router, "HEAD", "/v1/models").body, "list");
}

TEST(Router, TellsMissingPathsFromMissingMethods) {
    Router router = Example();
    EXPECT_EQ(Ask(router, "GET", "/v2").status, 404);
    EXPECT_EQ(Ask(router, "GET", "/v1/models/").status, 404);
    const auto wrong = Ask(router, "POST", "/v1/models/a");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers.Get("Allow"), "DELETE, GET");
    router.SetNotFound(Say("nothing here"));
    EXPECT_EQ(Ask(router, "GET", "/v2").body, "nothing here");
}

TEST(Cors, NamesOnlyAllowedOrigins) {
    CorsOptions options;
    ServerRequest request;
    request.method = "GET";
    request.headers = {{"Origin", "https://a"}};
    EXPECT_TRUE(CorsHeaders(options, request).empty());
    options.allow_origins = {"*"};
    EXPECT_EQ(CorsHeaders(options, request).Get("Access-Control-Allow-Origin"), "*");
    options.allow_credentials = true;
    EXPECT_EQ(CorsHeaders(options, request).Get("Access-Control-Allow-Origin"), "https://a");
    options.allow_origins = {"https://b"};
    EXPECT_EQ(CorsHeaders(options, request).Find("Access-Control-Allow-Origin"), nullptr);
    EXPECT_EQ(CorsHeaders(options, request).Get("Vary"), "Origin");
}

}  // namespace
}  // namespace argosy
