#include <gtest/gtest.h>

#include <atomic>

#include "assistant/tools/http_tool.h"
#include "assistant/tools/mcp_server.h"
#include "net/http_server.h"
#include "net/sse.h"

namespace argosy::assistant {
namespace {

using namespace std::chrono_literals;

McpConnect PythonServer() {
    return [] {
        return StartMcpProcess(
            {{"python3", ARGOSY_TESTDATA "/assistant/mcp_server.py"}, {{"SECRET", "x"}}});
    };
}

ToolBox MustFill(McpServer& server) {
    ToolBox box(ToolLimits{.timeout = 5000ms});
    for (auto& tool : OrThrow(server.Tools())) OrThrow(box.Add(std::move(tool)));
    return box;
}

TEST(McpServer, OfAProcessGivesItsTools) {
    const auto server = OrThrow(McpServer::Open({"calc", {}}, PythonServer()));
    const ToolBox box = MustFill(*server);
    ASSERT_EQ(box.specs().size(), 5u);
    EXPECT_EQ(box.specs()[0].name, "calc__add");
    EXPECT_EQ(box.Call({"1", "calc__add", R"({"a": 2, "b": 3.5})"}, {}).content, "5.5");
    EXPECT_EQ(box.Call({"1", "calc__add", R"({"a": 2})"}, {}).problem, "bad_arguments");
    EXPECT_EQ(box.Call({"1", "calc__fail", "{}"}, {}).content, "Error: this tool always fails");
}

TEST(McpServer, InheritsNoSecrets) {
    ::setenv("ARGOSY_OTHER_SECRET", "x", 1);
    const auto server = OrThrow(McpServer::Open({"calc", {"environment"}}, PythonServer()));
    const ToolBox box = MustFill(*server);
    const std::string names = box.Call({"1", "calc__environment", "{}"}, {}).content;
    EXPECT_NE(names.find("SECRET"), std::string::npos);
    EXPECT_EQ(names.find("ARGOSY_OTHER_SECRET"), std::string::npos);
}

TEST(McpServer, OffersOnlyWhatIsAllowed) {
    const auto server = OrThrow(McpServer::Open({"calc", {"slow", "add"}}, PythonServer()));
    EXPECT_EQ(MustFill(*server).specs().size(), 2u);
    const auto other = OrThrow(McpServer::Open({"calc", {"nope"}}, PythonServer()));
    EXPECT_EQ(other->Tools().error().code, ErrorCode::kNotFound);
}

TEST(McpServer, HasTimeLimitsAndIsStartedAgainWhereItEnded) {
    const auto server = OrThrow(McpServer::Open({"calc", {}}, PythonServer()));
    const auto late = server->Call("slow", {}, {{}, 100ms});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::kDeadlineExceeded);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(server->Call("slow", {}, {stop.get_token(), 5000ms}).error().code,
              ErrorCode::kCancelled);
    const auto ended = OrThrow(McpServer::Open({"calc", {}}, PythonServer()));
    EXPECT_EQ(ended->Call("die", {}, {}).error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(OrThrow(ended->Call("add", {{"a", 1}, {"b", 1}}, {})), "2");
}

TEST(McpServer, TellsWhyItCannotBeStarted) {
    const auto none =
        McpServer::Open({"x", {}}, [] { return StartMcpProcess({{"/nonexistent/program"}, {}}); });
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::kUnavailable);
    const auto silent =
        McpServer::Open({"x", {}, 100ms}, [] { return StartMcpProcess({{"cat"}, {}}); });
    EXPECT_FALSE(silent);
    EXPECT_FALSE(McpServer::Open({"x", {}}, [] { return StartMcpProcess({{"true"}, {}}); }));
}

// Streamable HTTP: answers "initialize" as JSON with a session, all else as events.
struct HttpMcp {
    HttpMcp() : server({}, [this](const auto& exchange) { Answer(*exchange); }) {
        OrThrow(server.Start());
    }
    void Answer(Exchange& exchange) {
        const ServerRequest& request = exchange.request();
        if (request.method == "DELETE") {
            ++deleted;
            return exchange.Respond(204, {}, "");
        }
        const auto message = OrThrow(ParseRpc(request.body));
        const bool first = message.method == "initialize";
        if (!first && request.headers.Get("Mcp-Session-Id") != session) {
            return exchange.Respond(404, {}, "no session");
        }
        if (message.kind == RpcMessage::Kind::kNotification) return exchange.Respond(202, {}, "");
        if (first) {
            return exchange.Respond(
                200, {{"Content-Type", "application/json"}, {"Mcp-Session-Id", session}},
                Result(message.id, {{"protocolVersion", "2025-06-18"},
                                    {"capabilities", {{"tools", json::object()}}}}));
        }
        EXPECT_EQ(request.headers.Get("MCP-Protocol-Version"), "2025-06-18");
        EXPECT_EQ(request.headers.Get("Authorization"), "Bearer key");
        json::object result{{"tools", json::array()}};
        if (message.method == "tools/call") {
            result = {{"structuredContent", message.body.at("arguments")}};
        }
        const auto stream = exchange.StartStream(200, {{"Content-Type", "text/event-stream"}});
        stream->Write(FormatSse(FormatRpc(RpcNotification("notifications/progress", {}))));
        stream->Write(FormatSse(Result(message.id, result)));
        // Left open: a client that waits for its end would hang.
        kept.push_back(stream);
    }
    static std::string Result(const json::value& id, json::object result) {
        return FormatRpc({RpcMessage::Kind::kResult, id, {}, std::move(result), 0, {}});
    }
    McpConnect Connect(HttpClient& client) {
        return [this, &client] {
            return ConnectMcpHttp(client, {fmt::format("http://127.0.0.1:{}/mcp", server.port()),
                                           {{"Authorization", "Bearer key"}}});
        };
    }
    std::string session = "one";
    std::atomic<int> deleted{0};
    std::vector<std::shared_ptr<StreamWriter>> kept;
    HttpServer server;
};

TEST(McpServer, SpeaksStreamableHttp) {
    HttpClient client;
    HttpMcp mcp;
    {
        const auto server = OrThrow(McpServer::Open({"web", {}}, mcp.Connect(client)));
        EXPECT_TRUE(OrThrow(server->Tools()).empty());
        EXPECT_EQ(OrThrow(server->Call("x", {{"q", 1}}, {})), R"({"q":1})");
        // The server was started again and knows no session: the call fails, the next one works.
        mcp.session = "two";
        EXPECT_EQ(server->Call("x", {}, {}).error().code, ErrorCode::kUnavailable);
        EXPECT_EQ(OrThrow(server->Call("x", {{"q", 2}}, {})), R"({"q":2})");
    }
    EXPECT_EQ(mcp.deleted, 2);
}

TEST(McpServer, IsKeptFromTheOwnNetwork) {
    const auto client = MakeToolClient({});
    HttpMcp mcp;
    EXPECT_FALSE(McpServer::Open({"web", {}}, mcp.Connect(*client)));
}

TEST(JsonRpc, TellsWhatIsNoMessage) {
    for (const char* text :
         {"", "[]", "{}", R"({"jsonrpc": "1.0", "id": 1, "result": 1})", R"({"jsonrpc": "2.0"})",
          R"({"jsonrpc": "2.0", "id": 1})", R"({"jsonrpc": "2.0", "id": {}, "result": 1})",
          R"({"jsonrpc": "2.0", "id": 1.5, "result": 1})", R"({"jsonrpc": "2.0", "method": 1})",
          R"({"jsonrpc": "2.0", "id": 1, "error": {"message": "x"}})"}) {
        EXPECT_FALSE(ParseRpc(text)) << text;
    }
    const RpcMessage request = RpcRequest(7, "tools/call", {{"name", "x\ny"}});
    EXPECT_EQ(OrThrow(ParseRpc(FormatRpc(request))), request);
}

}  // namespace
}  // namespace argosy::assistant
