#include "net/http_server.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/testing/raw_client.h"

namespace argosy {
namespace {

using namespace std::chrono_literals;
using testing::RawClient;

/// Waits for a count that other threads raise.
class Counter {
  public:
    void Add() {
        const std::lock_guard lock(mutex_);
        ++count_;
        changed_.notify_all();
    }
    bool WaitFor(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return count_ >= count; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

/// What handlers leave for the test's thread.
template <typename T>
class Slot {
  public:
    void Put(T value) {
        const std::lock_guard lock(mutex_);
        value_ = std::move(value);
        changed_.notify_all();
    }
    T Get() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return value_ != nullptr; }));
        return std::move(value_);
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    T value_{};
};

ServerOptions Small() {
    ServerOptions options;
    options.threads = 2;
    return options;
}

void Echo(const std::shared_ptr<Exchange>& x) {
    x->Respond(200, {{"Content-Type", "text/plain"}},
               x->request().method + " " + x->request().path + " " + x->request().body);
}

struct Running {
    explicit Running(ServerOptions options, Handler handler)
        : server(std::move(options), std::move(handler)) {
        OrThrow(server.Start());
    }
    RawClient Client() const { return RawClient(server.port()); }
    HttpServer server;
};

std::string Status(const std::string& response) { return response.substr(0, 12); }

TEST(HttpServer, AnswersAThousandRequestsOnOneConnection) {
    Running running(Small(), Echo);
    RawClient client = running.Client();
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(client.Send("POST /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n" +
                                fmt::format("{:04}", i)));
        ASSERT_TRUE(client.ReadResponse().ends_with(fmt::format("POST /a b {:04}", i)));
    }
    EXPECT_EQ(running.server.stats().accepted, 1u);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
    Running running(Small(), [](const std::shared_ptr<Exchange>& x) {
        // The first answers last: order must not depend on the handlers.
        std::thread([x] { Echo(x); }).detach();
    });
    RawClient client = running.Client();
    std::string all;
    for (int i = 0; i < 50; ++i) all += fmt::format("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", i);
    ASSERT_TRUE(client.Send(all));
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(client.ReadResponse().ends_with(fmt::format("GET /{} ", i)));
    }
}

TEST(HttpServer, TakesChunkedBodiesAndExpectContinue) {
    Running running(Small(), Echo);
    RawClient client = running.Client();
    client.Send("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (const char* piece : {"3\r", "\nab", "c\r\n", "2;x=y\r\nde\r\n", "0\r\nX: t\r\n\r\n"}) {
        client.Send(piece);
    }
    EXPECT_TRUE(client.ReadResponse().ends_with("POST /c abcde"));
    client.Send("PUT /e HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.Send("hi");
    EXPECT_TRUE(client.ReadResponse().ends_with("PUT /e hi"));
}

TEST(HttpServer, AnswersHeadWithoutABody) {
    Running running(Small(), Echo);
    RawClient client = running.Client();
    client.Send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\nGET /g HTTP/1.0\r\n\r\n");
    const std::string head = client.ReadUntil("\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: 8\r\n"), std::string::npos) << head;
    const std::string rest = client.ReadAll();  // HTTP/1.0 closes
    EXPECT_TRUE(rest.starts_with("HTTP/1.1 200 OK")) << rest;
    EXPECT_TRUE(rest.ends_with("GET /g "));
}

TEST(HttpServer, RefusesAmbiguousAndMalformedRequests) {
    Running running(Small(), Echo);
    const std::pair<const char*, const char*> cases[] = {
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
         "HTTP/1.1 400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
         "HTTP/1.1 400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
         "HTTP/1.1 400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
         "HTTP/1.1 400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", "HTTP/1.1 400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", "HTTP/1.1 501"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", "HTTP/1.1 501"},
        {"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n", "HTTP/1.1 400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400"},
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400"},
        {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400"},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "HTTP/1.1 400"},
        {"\x16\x03\x01\x02\x03\x01 not TLS here\r\n\r\n", "HTTP/1.1 400"}};
    for (const auto& [request, expected] : cases) {
        RawClient client = running.Client();
        client.Send(request);
        EXPECT_EQ(Status(client.ReadAll()), expected) << request;
    }
}

TEST(HttpServer, HoldsItsLimits) {
    ServerOptions options = Small();
    options.max_header_bytes = 1024;
    options.max_body_bytes = 100;
    options.header_timeout = 50ms;
    options.body_timeout = 50ms;
    options.idle_timeout = 50ms;
    options.error_body = [](int status, std::string_view, Headers& headers) {
        headers.Set("Content-Type", "application/json");
        return fmt::format("{{\"code\":{}}}", status);
    };
    Running running(options, Echo);
    const std::pair<std::string, const char*> cases[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(4000, 'x'), "{\"code\":431}"},
        {"GET /" + std::string(9000, 'x'), "{\"code\":431}"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n", "{\"code\":413}"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n",
         "{\"code\":413}"},
        {"GET / HTTP/1.1\r\nHost", "{\"code\":408}"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", "{\"code\":408}"},
        {"", ""}};
    for (const auto& [request, expected] : cases) {
        RawClient client = running.Client();
        client.Send(request);
        const std::string answer = client.ReadAll();
        EXPECT_TRUE(answer.ends_with(expected)) << request.substr(0, 40) << " -> " << answer;
        EXPECT_EQ(answer.empty(), std::string_view(expected).empty());
    }
}

TEST(HttpServer, AnswersForAHandlerThatThrowsForgetsOrIsLate) {
    ServerOptions options = Small();
    options.request_timeout = 50ms;
    Slot<std::shared_ptr<Exchange>> late;
    Running running(options, [&](const std::shared_ptr<Exchange>& x) {
        if (x->request().path == "/throw") throw std::runtime_error("boom");
        if (x->request().path == "/late") late.Put(x);
    });
    for (const auto& [path, status] :
         {std::pair{"throw", "HTTP/1.1 500"}, std::pair{"forget", "HTTP/1.1 500"},
          std::pair{"late", "HTTP/1.1 504"}}) {
        RawClient client = running.Client();
        client.Send(fmt::format("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", path));
        EXPECT_EQ(Status(client.ReadAll()), status);
    }
    const auto exchange = late.Get();
    EXPECT_TRUE(exchange->disconnected());
    exchange->Respond(200, {}, "too late");
}

TEST(HttpServer, RefusesBeyondItsRequestsInFlightAndConnections) {
    ServerOptions options = Small();
    options.max_in_flight = 1;
    options.max_connections = 2;
    Slot<std::shared_ptr<Exchange>> held;
    Running running(options, [&](const std::shared_ptr<Exchange>& x) { held.Put(x); });
    RawClient first = running.Client();
    first.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto exchange = held.Get();
    RawClient second = running.Client();
    second.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string busy = second.ReadResponse();
    EXPECT_EQ(Status(busy), "HTTP/1.1 503");
    EXPECT_NE(busy.find("Retry-After: 1\r\n"), std::string::npos);
    RawClient third = running.Client();
    EXPECT_EQ(Status(third.ReadAll()), "HTTP/1.1 503");
    exchange->Respond(200, {}, "x");
    EXPECT_EQ(Status(first.ReadResponse()), "HTTP/1.1 200");
}

TEST(HttpServer, NeverLetsAHeaderValueForgeAHeader) {
    Running running(Small(), [](const std::shared_ptr<Exchange>& x) {
        x->Respond(200, {{"X-Bad", "a\r\nX-Forged: 1"}, {"X-Good", "b"}}, "");
    });
    RawClient client = running.Client();
    client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string answer = client.ReadResponse();
    EXPECT_EQ(answer.find("Forged"), std::string::npos);
    EXPECT_NE(answer.find("X-Good: b"), std::string::npos);
}

TEST(HttpServer, TellsTheHandlerOfAClientThatLeaves) {
    Counter gone;
    Counter arrived;
    Slot<std::shared_ptr<StreamWriter>> stream;
    Running running(Small(), [&](const std::shared_ptr<Exchange>& x) {
        x->OnDisconnect([&, x] { gone.Add(); });
        if (x->request().path == "/stream") stream.Put(x->StartStream(200, {}));
        arrived.Add();
    });
    RawClient waiting = running.Client();
    waiting.Send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(arrived.WaitFor(1));
    waiting.Close();
    EXPECT_TRUE(gone.WaitFor(1));

    RawClient streaming = running.Client();
    streaming.Send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto writer = stream.Get();
    EXPECT_TRUE(writer->Write("data: 1\n\n"));
    EXPECT_NE(streaming.ReadUntil("data: 1\n\n").find("Transfer-Encoding: chunked"),
              std::string::npos);
    streaming.Reset();
    EXPECT_TRUE(gone.WaitFor(2));
    EXPECT_FALSE(writer->Write("data: 2\n\n"));
    EXPECT_FALSE(writer->alive());
}

TEST(HttpServer, DropsAClientThatDoesNotKeepUpWithItsStream) {
    ServerOptions options = Small();
    options.stream_buffer_bytes = 64 << 10;
    Slot<std::shared_ptr<StreamWriter>> stream;
    Counter gone;
    Running running(options, [&](const std::shared_ptr<Exchange>& x) {
        x->OnDisconnect([&] { gone.Add(); });
        stream.Put(x->StartStream(200, {}));
    });
    RawClient slow(running.server.port(), 4096);
    slow.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto writer = stream.Get();
    size_t written = 0;
    while (writer->Write(std::string(1024, 'x'))) {
        EXPECT_LE(writer->buffered_bytes(), options.stream_buffer_bytes);
        written += 1024;
        ASSERT_LT(written, size_t{1} << 30);
    }
    slow.Close();
    EXPECT_TRUE(gone.WaitFor(1));
}

TEST(HttpServer, BreaksTheBodyOfAStreamThatIsDropped) {
    Running running(Small(), [](const std::shared_ptr<Exchange>& x) {
        x->StartStream(200, {})->Write("half");
    });
    RawClient client = running.Client();
    client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(client.ReadAll().find("0\r\n\r\n"), std::string::npos);
}

TEST(HttpServer, ServesTwoHundredStreamsOfWhichManyLeave) {
    constexpr int kStreams = 200;
    std::mutex mutex;
    std::vector<std::shared_ptr<StreamWriter>> writers;
    Counter arrived;
    Counter gone;
    ServerOptions options = Small();
    std::atomic<int> whole{0};
    options.on_done = [&](const AccessRecord& record) { whole += record.complete ? 1 : 0; };
    Running running(options, [&](const std::shared_ptr<Exchange>& x) {
        x->OnDisconnect([&] { gone.Add(); });
        auto writer = x->StartStream(200, {{"Content-Type", "text/event-stream"}});
        const std::lock_guard lock(mutex);
        writers.push_back(std::move(writer));
        arrived.Add();
    });
    std::vector<RawClient> clients;
    for (int i = 0; i < kStreams; ++i) {
        clients.push_back(running.Client());
        clients.back().Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    ASSERT_TRUE(arrived.WaitFor(kStreams));
    // Four threads write tokens, as an engine does, while every third client goes.
    std::vector<std::thread> engine;
    for (int t = 0; t < 4; ++t) {
        engine.emplace_back([&, t] {
            for (int token = 0; token < 50; ++token) {
                for (int i = t; i < kStreams; i += 4) writers[i]->Write("data: token\n\n");
            }
            for (int i = t; i < kStreams; i += 4) writers[i]->Close();
        });
    }
    for (int i = 0; i < kStreams; i += 3) i % 2 ? clients[i].Reset() : clients[i].Close();
    for (auto& thread : engine) thread.join();
    for (int i = 0; i < kStreams; ++i) {
        if (i % 3 == 0) continue;
        const std::string answer = clients[i].ReadUntil("0\r\n\r\n");
        size_t tokens = 0;
        for (size_t at = 0; (at = answer.find("data: token", at)) != std::string::npos; ++at) {
            ++tokens;
        }
        EXPECT_EQ(tokens, 50u) << i;
    }
    clients.clear();
    EXPECT_TRUE(running.server.Drain(20s));
    EXPECT_GE(whole.load(), kStreams - (kStreams + 2) / 3);
}

TEST(HttpServer, DrainsWaitingForARunningStream) {
    Slot<std::shared_ptr<StreamWriter>> stream;
    Running running(
        Small(), [&](const std::shared_ptr<Exchange>& x) { stream.Put(x->StartStream(200, {})); });
    RawClient idle = running.Client();
    RawClient client = running.Client();
    client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto writer = stream.Get();
    bool quiet = false;
    std::thread drain([&] { quiet = running.server.Drain(20s); });
    EXPECT_EQ(idle.ReadAll(), "");  // an idle connection ends at once
    EXPECT_TRUE(running.server.draining());
    EXPECT_TRUE(writer->Write("last words"));
    writer->Close();
    EXPECT_TRUE(client.ReadAll().ends_with("a\r\nlast words\r\n0\r\n\r\n"));
    drain.join();
    EXPECT_TRUE(quiet);
    EXPECT_FALSE(RawClient(running.server.port()).connected());
}

TEST(HttpServer, EndsAStreamAtTheDrainsDeadline) {
    Slot<std::shared_ptr<StreamWriter>> stream;
    Counter gone;
    Running running(Small(), [&](const std::shared_ptr<Exchange>& x) {
        x->OnDisconnect([&] { gone.Add(); });
        stream.Put(x->StartStream(200, {}));
    });
    RawClient client = running.Client();
    client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto writer = stream.Get();
    EXPECT_FALSE(running.server.Drain(10ms));
    EXPECT_TRUE(gone.WaitFor(1));
    EXPECT_FALSE(writer->Write("x"));
}

TEST(HttpServer, SaysWhyItCannotListen) {
    Running running(Small(), Echo);
    ServerOptions options = Small();
    options.listen = {{"127.0.0.1", running.server.port()}};
    const auto taken = HttpServer(options, Echo).Start();
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, ErrorCode::kUnavailable);
    options.listen = {{"no such host", 0}};
    EXPECT_EQ(HttpServer(options, Echo).Start().error().code, ErrorCode::kInvalidArgument);
    options = Small();
    options.tls_certificate_file = "/nonexistent";
    EXPECT_FALSE(HttpServer(options, Echo).Start());
}

TEST(HttpServer, AnswersPreflightsAndMarksErrorsForBrowsers) {
    ServerOptions options = Small();
    options.cors.allow_origins = {"https://app.example"};
    Running running(options, Echo);
    RawClient client = running.Client();
    client.Send(
        "OPTIONS /v1 HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n"
        "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-a\r\n\r\n");
    const std::string preflight = client.ReadUntil("\r\n\r\n");
    EXPECT_EQ(Status(preflight), "HTTP/1.1 204");
    EXPECT_NE(preflight.find("Access-Control-Allow-Headers: x-a\r\n"), std::string::npos);
    client.Send("GET /%zz HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n\r\n");
    EXPECT_NE(client.ReadAll().find("Access-Control-Allow-Origin: https://app.example\r\n"),
              std::string::npos);
}

}  // namespace
}  // namespace argosy
