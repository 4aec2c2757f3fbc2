#include "assistant/tools/http_tool.h"

#include <gtest/gtest.h>

#include "assistant/tools/address_rules.h"
#include "assistant/tools/url_template.h"
#include "net/http_server.h"

namespace argosy::assistant {
namespace {

using namespace std::chrono_literals;

TEST(UrlTemplate, EscapesWhatItFillsIn) {
    const auto url = OrThrow(UrlTemplate::Parse("https://h.example/cart/{id}/x?q={q}&n={n}&f=1"));
    EXPECT_EQ(OrThrow(url.Fill({{"id", "a/b?c#d"}, {"q", "x&y=z"}, {"n", 3}})),
              "https://h.example/cart/a%2Fb%3Fc%23d/x?q=x%26y%3Dz&n=3&f=1");
    EXPECT_EQ(OrThrow(url.Fill({{"id", true}})), "https://h.example/cart/true/x?f=1");
    for (const json::object& bad :
         {json::object{}, json::object{{"id", ".."}}, json::object{{"id", ""}},
          json::object{{"id", json::array()}}}) {
        EXPECT_FALSE(url.Fill(bad));
    }
}

TEST(UrlTemplate, KeepsArgumentsOutOfTheHost) {
    for (const char* text : {"https://{host}/x", "{scheme}://h/x", "https://h:{port}/", "ftp://h/x",
                             "/x", "https://h/{", "https://h/{}", "https://u{n}@h/x"}) {
        EXPECT_FALSE(UrlTemplate::Parse(text)) << text;
    }
}

TEST(AddressRules, AllowsHostsByName) {
    const AddressRules rules{{"cart.svc", ".internal.example"}};
    EXPECT_TRUE(rules.Allows("cart.svc", "10.0.0.1"));
    EXPECT_TRUE(rules.Allows("Cart.SVC", "10.0.0.1"));
    EXPECT_TRUE(rules.Allows("a.internal.example", "10.0.0.1"));
    EXPECT_FALSE(rules.Allows("internal.example", "10.0.0.1"));
    EXPECT_FALSE(rules.Allows("evilcart.svc", "10.0.0.1"));
    EXPECT_TRUE(rules.Allows("other.example", "8.8.8.8"));
}

struct Site {
    Site() : server({}, [](const auto& exchange) { Answer(*exchange); }) {
        OrThrow(server.Start());
    }
    static void Answer(Exchange& exchange) {
        const ServerRequest& request = exchange.request();
        if (request.path == "/redirect") {
            return exchange.Respond(302, {{"Location", "http://169.254.169.254/"}}, "");
        }
        if (request.path == "/large") return exchange.Respond(200, {}, std::string(5000, 'x'));
        if (request.path == "/error") return exchange.Respond(409, {}, "sold out");
        exchange.Respond(200, {},
                         request.method + " " + request.target + " " +
                             std::string(request.headers.Get("X-Key")) + " " + request.body);
    }
    std::string Url(std::string_view path, std::string_view host = "127.0.0.1") const {
        return fmt::format("http://{}:{}{}", host, server.port(), path);
    }
    HttpServer server;
};

HttpToolOptions Options(std::string url, std::string method = "GET") {
    HttpToolOptions options;
    options.name = "t";
    options.parameters = {{"type", "object"}};
    options.url = std::move(url);
    options.method = std::move(method);
    return options;
}

TEST(HttpTool, SendsWhatWasDeclared) {
    const Site site;
    const auto client = MakeToolClient({"127.0.0.1"});
    ::setenv("ARGOSY_TEST_SECRET", "s3cret", 1);
    HttpToolOptions options = Options(site.Url("/cart/{id}?size={size}"), "POST");
    options.headers = {{"X-Key", "key ", "ARGOSY_TEST_SECRET"}};
    const auto tool = OrThrow(MakeHttpTool(*client, options));
    EXPECT_EQ(OrThrow(tool->Call({{"id", "a b"}, {"size", "M"}, {"count", 2}}, {})),
              R"(POST /cart/a%20b?size=M key s3cret {"count":2})");
}

TEST(HttpTool, ReportsRedirectsErrorsAndSizes) {
    const Site site;
    const auto client = MakeToolClient({"127.0.0.1"});
    const auto call = [&](const char* path) {
        HttpToolOptions options = Options(site.Url(path));
        options.max_response_bytes = 1000;
        return OrThrow(MakeHttpTool(*client, options))->Call({}, {}).error();
    };
    EXPECT_NE(call("/redirect").message.find("not followed"), std::string::npos);
    EXPECT_EQ(call("/error").message, "HTTP 409: sold out");
    EXPECT_EQ(call("/large").code, ErrorCode::kResourceExhausted);
}

TEST(HttpTool, ReachesNothingOfTheOwnNetwork) {
    const Site site;
    const auto client = MakeToolClient({"allowed.example"});
    for (const char* host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
        const auto tool = OrThrow(MakeHttpTool(*client, Options(site.Url("/", host))));
        const auto result = tool->Call({}, {});
        ASSERT_FALSE(result) << host;
        EXPECT_EQ(result.error().code, ErrorCode::kPermissionDenied);
    }
    EXPECT_EQ(site.server.stats().accepted, 0u);
}

TEST(HttpTool, RefusesADeclarationThatCannotWork) {
    HttpClient client;
    HttpToolOptions options = Options("http://h/x");
    options.parameters = {{"properties", {{"lost", json::object()}}}};
    EXPECT_FALSE(MakeHttpTool(client, options));
    EXPECT_FALSE(MakeHttpTool(client, Options("http://h/x", "TRACE")));
    options = Options("http://h/x");
    options.headers = {{"X-Key", "", "ARGOSY_NOT_SET"}};
    EXPECT_EQ(MakeHttpTool(client, options).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace argosy::assistant
