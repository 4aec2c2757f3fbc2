#include <gtest/gtest.h>

#include "assistant/face/assistant_face.h"
#include "assistant/http_chat_model.h"
#include "assistant/testing/fakes.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/sse.h"

namespace argosy::assistant {
namespace {

using testing::FakeModel;
using testing::FakeSearcher;

// A server with one assistant, "shop", whose model says `reply`.
struct Server {
    explicit Server(std::string reply) : model(std::make_shared<FakeModel>(std::move(reply))) {
        AssistantConfig config;
        config.name = "shop";
        Passage passage{"P1", "a blue parka", "Alder Parka", "catalog.csv#row=1", {}, 0.9};
        passage.metadata = {{"category", "jacket"}, {"price_cents", 7900}};
        AssistantParts parts{model, std::make_shared<FakeSearcher>(std::vector<Passage>{passage}),
                             OrThrow(OpenSessionStore("sqlite://:memory:", {})), nullptr};
        FaceOptions options;
        options.workers = 2;
        options.ingest = [](const std::string& url) -> Result<json::object> {
            if (url == "bad") return Err(ErrorCode::kInvalidArgument, "no URL");
            return json::object{{"loaded", url}};
        };
        face = std::make_unique<AssistantFace>(
            std::vector{std::make_shared<const Assistant>(config, parts)}, options);
        Router router;
        face->AddTo(router);
        http = std::make_unique<HttpServer>(ServerOptions{}, router.AsHandler());
        OrThrow(http->Start());
    }
    ~Server() { http->Stop(); }

    std::string Url(std::string_view path) const {
        return fmt::format("http://127.0.0.1:{}{}", http->port(), path);
    }
    HttpResponse Send(std::string method, std::string_view path, std::string body = {}) {
        return OrThrow(
            client.Fetch({.method = std::move(method), .url = Url(path), .body = std::move(body)}));
    }
    json::object Json(std::string method, std::string_view path, std::string body = {}) {
        const HttpResponse response = Send(std::move(method), path, std::move(body));
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body).as_object();
    }

    HttpClient client;
    std::shared_ptr<FakeModel> model;
    std::unique_ptr<AssistantFace> face;
    std::unique_ptr<HttpServer> http;
};

std::vector<SseEvent> Events(const std::string& body) {
    std::vector<SseEvent> events;
    SseParser parser;
    OrThrow(parser.Feed(body, events));
    return events;
}

TEST(AssistantFace, AnswersAMessage) {
    Server server("The Alder Parka [1] is blue.");
    const auto answer = server.Json("POST", "/v1/assistants/shop/messages",
                                    R"({"message": "a jacket?", "user": "ann", "trace": true})");
    EXPECT_EQ(answer.at("response"), "The Alder Parka [1] is blue.");
    EXPECT_EQ(answer.at("citations").at(0).at("id"), "P1");
    EXPECT_FALSE(answer.at("trace").at("steps").as_array().empty());
    const std::string session(answer.at("session_id").as_string());
    const auto again = server.Json(
        "POST", "/v1/assistants/shop/messages",
        R"({"message": "and in red?", "user": "ann", "session_id": ")" + session + "\"}");
    EXPECT_EQ(again.at("session_id").as_string(), session);
    EXPECT_FALSE(again.contains("trace"));
    EXPECT_EQ(server.model->requests()[1].messages.size(), 4u);
}

TEST(AssistantFace, StreamsAMessage) {
    Server server("The Alder Parka [1] is blue.");
    const auto response = server.Send("POST", "/v1/assistants/shop/messages",
                                      R"({"message": "a jacket?", "stream": true})");
    const auto events = Events(response.body);
    ASSERT_GT(events.size(), 3u);
    EXPECT_EQ(events.front().event, "start");
    EXPECT_EQ(events.back().event, "done");
    std::string text;
    for (const SseEvent& event : events) {
        if (event.event == "text") text += json::parse(event.data).at("text").as_string();
    }
    const json::value done = json::parse(events.back().data);
    EXPECT_EQ(done.at("response").as_string(), text);
    EXPECT_EQ(done.at("session_id"), json::parse(events.front().data).at("session_id"));
}

TEST(AssistantFace, IsAnOpenAiModel) {
    Server server("The Alder Parka [1] is blue.");
    // Through our own client of such servers.
    const auto model = OrThrow(MakeHttpChatModel(
        server.client, {.url = server.Url("/v1"), .model = "shop", .api_key_env = ""}));
    std::string text;
    ModelRequest request;
    request.messages = {
        {"system", "be brief"}, {"user", "a tent?"}, {"assistant", "None."}, {"user", "a jacket?"}};
    const auto reply = OrThrow(model->Chat(request,
                                           [&](std::string_view piece) {
                                               text += piece;
                                               return true;
                                           },
                                           {}));
    EXPECT_EQ(reply.text, "The Alder Parka [1] is blue.");
    EXPECT_EQ(text, reply.text);
    EXPECT_EQ(reply.finish, "stop");
    const auto asked = server.model->requests()[0].messages;
    ASSERT_EQ(asked.size(), 4u);  // with the assistant's own system message
    EXPECT_EQ(asked[1].content, "a tent?");
    const auto whole =
        server.Json("POST", "/v1/chat/completions",
                    R"({"model": "shop", "messages": [{"role": "user", "content": "a jacket?"}]})");
    EXPECT_EQ(whole.at("choices").at(0).at("message").at("content").as_string(), reply.text);
    EXPECT_EQ(whole.at("usage").at("total_tokens"), 15);
    EXPECT_EQ(whole.at("argosy").at("citations").at(0).at("title"), "Alder Parka");
}

TEST(HttpChatModel, GivesTheServersError) {
    Server server("x");
    const auto model = OrThrow(MakeHttpChatModel(
        server.client, {.url = server.Url("/v1"), .model = "other", .api_key_env = ""}));
    const auto reply =
        model->Chat({{{"user", "hello"}}, {}, {}}, [](std::string_view) { return true; }, {});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kNotFound);
    EXPECT_NE(reply.error().message.find("The model 'other' does not exist"), std::string::npos);
    const auto no_key = MakeHttpChatModel(
        server.client, {.url = "http://h", .model = "m", .api_key_env = "NONE_X"});
    EXPECT_EQ(no_key.error().code, ErrorCode::kNotFound);
}

TEST(AssistantFace, KeepsSessionsForTheirUsers) {
    Server server("Yes [1].");
    const std::string body = R"({"message": "a jacket?", "user": "ann", "session_id": "s1"})";
    server.Json("POST", "/v1/assistants/shop/messages", body);
    const std::string base = "/v1/assistants/shop/sessions";
    EXPECT_EQ(server.Json("GET", base + "?user=ann").at("data").at(0).at("id"), "s1");
    EXPECT_EQ(server.Json("GET", base + "/s1?user=ann").at("content").as_array().size(), 2u);
    EXPECT_EQ(server.Send("GET", base + "/s1?user=bob").status, 404);
    EXPECT_EQ(server.Send("DELETE", base + "/s1").status, 404);
    EXPECT_EQ(server.Send("GET", base).status, 400);
    EXPECT_EQ(server
                  .Send("POST", "/v1/assistants/shop/messages",
                        R"({"message": "mine", "user": "bob", "session_id": "s1"})")
                  .status,
              403);
    const auto all = server.Json("GET", base + "/export?user=ann");
    EXPECT_EQ(all.at("sessions").at(0).at("messages").at(0).at("content"), "a jacket?");
    EXPECT_EQ(server.Json("DELETE", base + "?user=ann").at("erased_sessions"), 1);
    EXPECT_EQ(server.Send("GET", base + "/s1?user=ann").status, 404);
    server.Json("POST", "/v1/assistants/shop/messages", body);
    EXPECT_EQ(server.Json("DELETE", base + "/s1?user=ann").at("deleted"), true);
}

TEST(AssistantFace, SpeaksTheReferenceApplicationsRoutes) {
    Server server("The Alder Parka [1].");
    EXPECT_EQ(server.Json("POST", "/load_data", R"({"url": "http://x/c.csv"})").at("loaded"),
              "http://x/c.csv");
    EXPECT_EQ(server.Send("POST", "/load_data", R"({"url": "bad"})").status, 400);
    EXPECT_EQ(server.Send("POST", "/load_data", "{}").status, 400);
    const auto first = server.Json("POST", "/generate", R"({"prompt": "a jacket?"})");
    EXPECT_EQ(first.at("response"), "The Alder Parka [1].");
    const std::string session(first.at("session_id").as_string());
    const auto second = server.Json(
        "POST", "/generate", R"({"prompt": "is it blue?", "session_id": ")" + session + "\"}");
    EXPECT_EQ(second.at("session_id").as_string(), session);
    EXPECT_EQ(server.model->requests()[1].messages.size(), 4u);
}

TEST(AssistantFace, TellsWhatItHasAndRecommends) {
    Server server("x");
    EXPECT_EQ(server.Json("GET", "/v1/assistants").at("data").at(0).at("id"), "shop");
    const auto found = server.Json("POST", "/v1/assistants/shop/recommendations",
                                   R"({"profile": {"budget": 80, "likes": ["blue"]}})");
    EXPECT_EQ(found.at("data").at(0).at("id"), "P1");
    EXPECT_EQ(found.at("data").at(0).at("reasons").at(0), "blue, as you like");
}

TEST(AssistantFace, AnswersErrorsInOpenAisShape) {
    Server server("x");
    struct Case {
        const char* path;
        const char* body;
        int status;
    };
    for (const Case& c : std::initializer_list<Case>{
             {"/v1/assistants/nope/messages", "{}", 404},
             {"/v1/assistants/shop/messages", "{}", 400},
             {"/v1/assistants/shop/messages", "[", 400},
             {"/v1/assistants/shop/messages", R"({"message": 1})", 400},
             {"/v1/assistants/shop/messages", R"({"message": "x", "session_id": "a b"})", 400},
             {"/v1/assistants/shop/recommendations", R"({"limit": 0})", 400},
             {"/generate", "{}", 400},
             {"/v1/chat/completions", R"({"model": "nope", "messages": []})", 404},
             {"/v1/chat/completions", R"({"model": "shop", "messages": []})", 400},
             {"/v1/chat/completions",
              R"({"model": "shop", "n": 2, "messages": [{"role": "user", "content": "x"}]})",
              400}}) {
        const auto response = server.Send("POST", c.path, c.body);
        EXPECT_EQ(response.status, c.status) << c.path << " " << c.body << response.body;
        EXPECT_TRUE(json::parse(response.body).at("error").as_object().contains("message"));
    }
    server.model->error = Error{ErrorCode::kUnavailable, "no model", {}};
    EXPECT_EQ(server.Send("POST", "/generate", R"({"prompt": "x"})").status, 503);
}

}  // namespace
}  // namespace argosy::assistant
