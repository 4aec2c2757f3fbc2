#include "net/http_client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>

#include "net/http_server.h"
#include "net/proxy.h"
#include "net/sse.h"
#include "net/testing/self_signed.h"

namespace argosy {
namespace {

using namespace std::chrono_literals;

struct Site {
    explicit Site(Handler handler, ServerOptions options = {}) : server(options, handler) {
        OrThrow(server.Start());
    }
    std::string Url(std::string_view path, std::string_view scheme = "http") const {
        return fmt::format("{}://127.0.0.1:{}{}", scheme, server.port(), path);
    }
    HttpServer server;
};

TEST(HttpClient, ReusesItsConnection) {
    Site site([](const auto& x) { x->Respond(200, {}, x->request().body); });
    HttpClient client;
    for (int i = 0; i < 200; ++i) {
        const auto response = OrThrow(
            client.Fetch({.method = "POST", .url = site.Url("/"), .body = std::to_string(i)}));
        ASSERT_EQ(response.body, std::to_string(i));
    }
    EXPECT_EQ(site.server.stats().accepted, 1u);
}

TEST(HttpClient, FollowsRedirectsAndKeepsCredentialsHome) {
    Site other([](const auto& x) {
        x->Respond(200, {},
                   std::string(x->request().headers.Get("Authorization")) + "|" +
                       std::string(x->request().headers.Get("Range")));
    });
    Site site([&](const std::shared_ptr<Exchange>& x) {
        const std::string& path = x->request().path;
        if (path == "/away") return x->Respond(302, {{"Location", other.Url("/x")}}, "moved");
        if (path == "/near") return x->Respond(307, {{"Location", "end?q"}}, "");
        if (path == "/post") return x->Respond(303, {{"Location", "/end"}}, "");
        if (path == "/loop") return x->Respond(301, {{"Location", "/loop"}}, "");
        x->Respond(
            200, {},
            x->request().method + " " + std::string(x->request().headers.Get("Authorization")));
    });
    HttpClient client;
    const Headers headers{{"Authorization", "Bearer secret"}, {"Range", "bytes=1-"}};
    const auto away = OrThrow(client.Fetch({.url = site.Url("/away"), .headers = headers}));
    EXPECT_EQ(away.body, "|bytes=1-");
    EXPECT_EQ(away.url, other.Url("/x"));
    const auto near =
        OrThrow(client.Fetch({.method = "POST", .url = site.Url("/near"), .headers = headers}));
    EXPECT_EQ(near.body, "POST Bearer secret");
    EXPECT_EQ(near.url, site.Url("/end?q"));
    EXPECT_EQ(OrThrow(client.Fetch({.method = "POST", .url = site.Url("/post"), .body = "b"})).body,
              "GET ");
    EXPECT_EQ(OrThrow(client.Fetch({.url = site.Url("/post"), .max_redirects = 0})).status, 303);
    EXPECT_EQ(client.Fetch({.url = site.Url("/loop")}).error().code, ErrorCode::kUnavailable);
}

TEST(HttpClient, NamesWhatFailed) {
    HttpClient client;
    uint16_t free_port = 0;
    {
        Site gone([](const auto&) {});
        free_port = gone.server.port();
    }
    const auto refused = client.Fetch({.url = fmt::format("http://127.0.0.1:{}/", free_port)});
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(refused.error().message.find("cannot connect"), std::string::npos);
    EXPECT_EQ(client.Fetch({.url = "ftp://h/"}).error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(client.Fetch({.url = "http://h/", .headers = {{"A", "b\r\nC: d"}}}).error().code,
              ErrorCode::kInvalidArgument);
    std::shared_ptr<Exchange> held;
    Site silent([&](const auto& x) { held = x; });
    EXPECT_EQ(client.Fetch({.url = silent.Url("/"), .idle_timeout = 30ms}).error().code,
              ErrorCode::kDeadlineExceeded);
    EXPECT_EQ(client.Fetch({.url = silent.Url("/"), .total_timeout = 30ms}).error().code,
              ErrorCode::kDeadlineExceeded);
    Site large([&](const auto& x) { x->Respond(200, {}, std::string(1000, 'x')); });
    EXPECT_EQ(client.Fetch({.url = large.Url("/"), .max_body_bytes = 999}).error().code,
              ErrorCode::kResourceExhausted);
    Site broken(
        [&](const auto& x) { x->StartStream(200, {{"Content-Length", "10"}})->Write("12345"); });
    EXPECT_EQ(client.Fetch({.url = broken.Url("/")}).error().code, ErrorCode::kUnavailable);
}

TEST(HttpClient, StopsWhereTheCallerAsks) {
    std::promise<void> left;
    Site site([&](const std::shared_ptr<Exchange>& x) {
        auto stream = x->StartStream(200, {});
        stream->Write("first");
        // Kept alive by the callback until the client goes.
        x->OnDisconnect([&, stream] { left.set_value(); });
    });
    HttpClient client;
    const auto result =
        client.FetchStream({.url = site.Url("/")}, nullptr, [](std::string_view) { return false; });
    EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
    EXPECT_EQ(left.get_future().wait_for(20s), std::future_status::ready);
}

TEST(HttpClient, CarriesManyStreamsAndCancels) {
    constexpr int kStreams = 128;
    Site site([](const std::shared_ptr<Exchange>& x) {
        auto stream = x->StartStream(200, {{"Content-Type", "text/event-stream"}});
        for (int i = 0; i < 20; ++i) stream->Write(FormatSse(std::to_string(i)));
        if (x->request().path == "/endless") {
            x->OnDisconnect([stream] {});
        } else {
            stream->Close();
        }
    });
    HttpClient client({.threads = 2});
    std::mutex mutex;
    std::condition_variable changed;
    int whole = 0;
    int cancelled = 0;
    std::vector<std::shared_ptr<HttpCall>> calls(kStreams);
    std::vector<SseParser> parsers(kStreams);
    std::vector<std::vector<SseEvent>> events(kStreams);
    for (int i = 0; i < kStreams; ++i) {
        HttpCallbacks callbacks;
        callbacks.on_data = [&, i](std::string_view bytes) {
            const std::lock_guard lock(mutex);
            EXPECT_TRUE(parsers[i].Feed(bytes, events[i]));
            changed.notify_all();
            return true;
        };
        callbacks.on_end = [&](const Result<HttpResponse>& result) {
            const std::lock_guard lock(mutex);
            result ? ++whole : ++cancelled;
            changed.notify_all();
        };
        calls[i] = client.Start({.url = site.Url(i % 4 ? "/" : "/endless")}, callbacks);
    }
    std::unique_lock lock(mutex);
    const auto all_in = [&] {
        return std::ranges::all_of(events, [](const auto& list) { return list.size() == 20; });
    };
    ASSERT_TRUE(changed.wait_for(lock, 20s, all_in));
    lock.unlock();
    for (int i = 0; i < kStreams; i += 4) calls[i]->Cancel();
    lock.lock();
    ASSERT_TRUE(changed.wait_for(lock, 20s, [&] { return whole + cancelled == kStreams; }));
    EXPECT_EQ(cancelled, kStreams / 4);
    lock.unlock();
    calls[1]->Cancel();  // ended already: nothing happens
}

TEST(HttpClient, EndsItsCallsWhenItIsDestroyed) {
    std::shared_ptr<Exchange> held;
    std::promise<void> arrived;
    Site site([&](const auto& x) {
        held = x;
        arrived.set_value();
    });
    std::promise<ErrorCode> ended;
    std::shared_ptr<HttpCall> call;
    {
        HttpClient client;
        HttpCallbacks callbacks;
        callbacks.on_end = [&](const Result<HttpResponse>& r) { ended.set_value(r.error().code); };
        call = client.Start({.url = site.Url("/")}, callbacks);
        arrived.get_future().wait();
    }
    EXPECT_EQ(ended.get_future().get(), ErrorCode::kCancelled);
    call->Cancel();
}

class TlsTest : public ::testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/argosy_tls_XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        dir_ = name;
        ASSERT_TRUE(testing::WriteSelfSigned(dir_));
        options_.tls_certificate_file = dir_ / "cert.pem";
        options_.tls_key_file = dir_ / "key.pem";
    }
    void TearDown() override { std::filesystem::remove_all(dir_); }
    std::filesystem::path dir_;
    ServerOptions options_;
};

TEST_F(TlsTest, SpeaksTlsAndVerifiesTheCertificate) {
    Site site([](const auto& x) { x->Respond(200, {}, x->request().tls ? x->request().body : ""); },
              options_);
    const std::string body(300000, 'b');
    HttpClient trusting({.ca_file = dir_ / "cert.pem"});
    for (int i = 0; i < 3; ++i) {
        const auto response = OrThrow(
            trusting.Fetch({.method = "POST", .url = site.Url("/", "https"), .body = body}));
        EXPECT_EQ(response.body, body);
    }
    EXPECT_EQ(site.server.stats().accepted, 1u);
    EXPECT_TRUE(site.server.ReloadTls());
    HttpClient wary;
    const auto refused = wary.Fetch({.url = site.Url("/", "https")});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("no TLS with"), std::string::npos);
    HttpClient careless({.verify_tls = false});
    EXPECT_TRUE(careless.Fetch({.url = site.Url("/", "https")}));
    const std::string other = fmt::format("https://127.0.0.2:{}/", site.server.port());
    EXPECT_FALSE(trusting.Fetch({.url = other}));  // not the certificate's name
}

TEST_F(TlsTest, StreamsOverTls) {
    Site site(
        [](const std::shared_ptr<Exchange>& x) {
            auto stream = x->StartStream(200, {});
            for (int i = 0; i < 100; ++i) stream->Write(std::string(100, 's'));
            stream->Close();
        },
        options_);
    HttpClient client({.ca_file = dir_ / "cert.pem"});
    EXPECT_EQ(OrThrow(client.Fetch({.url = site.Url("/", "https")})).body.size(), 10000u);
}

TEST(Proxy, FollowsTheEnvironment) {
    const std::map<std::string, std::string> values{{"https_proxy", "http://u:p@proxy:3128"},
                                                    {"HTTP_PROXY", "proxy2:8080"},
                                                    {"no_proxy", "corp, .example.org,x.net:8443"}};
    const Environment environment = [&](const char* name) {
        const auto found = values.find(name);
        return found == values.end() ? "" : found->second;
    };
    const auto proxy = [&](const char* url) {
        const auto result = OrThrow(ProxyFor(OrThrow(ParseUrl(url)), environment));
        return result ? result->Authority() : "";
    };
    EXPECT_EQ(proxy("https://huggingface.co/"), "proxy:3128");
    EXPECT_EQ(proxy("http://huggingface.co/"), "proxy2:8080");
    for (const char* direct : {"https://corp/", "https://a.corp/", "https://example.org/",
                               "https://x.net:8443/", "http://127.0.0.1/", "http://localhost/"}) {
        EXPECT_EQ(proxy(direct), "") << direct;
    }
    EXPECT_EQ(proxy("https://notcorp/"), "proxy:3128");
    EXPECT_EQ(proxy("https://x.net/"), "proxy:3128");
}

}  // namespace
}  // namespace argosy
