// An assistant on the embedded engine behind the OpenAI server, on a model of random weights: what
// it says is noise, but every joint is the real one.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "assistant/engine_chat_model.h"
#include "assistant/face/assistant_face.h"
#include "assistant/testing/fakes.h"
#include "model/make_model.h"
#include "net/http_client.h"

namespace argosy::assistant {
namespace {

class EngineTest : public ::testing::Test {
  protected:
    void SetUp() override {
        path_ = std::filesystem::temp_directory_path() /
                fmt::format("argosy-assistant-{}.gguf", ::getpid());
        MakeModelOptions made;
        made.architecture = "qwen3";
        made.threads = 1;
        OrThrow(MakeModel(path_, made));
        serve::HostOptions options;
        options.source = path_.string();
        options.name = "base";
        options.engine.threads = 1;
        options.engine.context_length = 512;
        host_ = OrThrow(serve::ModelHost::Open(options));
        model_ = MakeEngineChatModel(*host_);
    }
    void TearDown() override {
        model_.reset();
        host_.reset();
        std::filesystem::remove(path_);
    }
    static ModelRequest Request(int32_t max_tokens) {
        ModelRequest request;
        request.messages = {{"system", "You help."}, {"user", "a jacket?"}};
        request.sampling.max_tokens = max_tokens;
        request.sampling.seed = 7;
        return request;
    }

    std::filesystem::path path_;
    std::unique_ptr<serve::ModelHost> host_;
    std::shared_ptr<ChatModel> model_;
};

TEST_F(EngineTest, StreamsWhatItReplies) {
    std::string streamed;
    const TextSink sink = [&](std::string_view text) {
        streamed += text;
        return true;
    };
    const auto reply = OrThrow(model_->Chat(Request(16), sink, {}));
    EXPECT_EQ(reply.text, streamed);
    EXPECT_GT(reply.usage.prompt_tokens, 0);
    EXPECT_LE(reply.usage.completion_tokens, 16);
    EXPECT_FALSE(reply.finish.empty());
    EXPECT_EQ(model_->name(), "base");
}

TEST_F(EngineTest, StopsWhereNobodyListens) {
    const auto cut =
        OrThrow(model_->Chat(Request(400), [](std::string_view) { return false; }, {}));
    EXPECT_LT(cut.usage.completion_tokens, 400);
    std::stop_source stop;
    stop.request_stop();
    const auto cancelled =
        model_->Chat(Request(400), [](std::string_view) { return true; }, stop.get_token());
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, ErrorCode::kCancelled);
}

TEST_F(EngineTest, RefusesAPromptThatIsTooLong) {
    ModelRequest request = Request(16);
    for (int i = 0; i < 2000; ++i) request.messages[1].content += " word";
    const auto reply = model_->Chat(request, [](std::string_view) { return true; }, {});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(EngineTest, AnswersUnderItsNameOnTheOpenAiServer) {
    AssistantConfig config;
    config.name = "shop";
    config.sampling.max_tokens = 8;
    const Passage passage{"P1", "a blue parka", "Alder Parka", "c.csv#row=1", {}, 1};
    const AssistantParts parts{
        model_, std::make_shared<testing::FakeSearcher>(std::vector<Passage>{passage}),
        OrThrow(OpenSessionStore("sqlite://:memory:", {})), nullptr};
    AssistantFace face({std::make_shared<const Assistant>(config, parts)}, {});
    serve::ApiOptions options;
    options.content.api_keys = {"secret"};
    options.content.extra_routes = face.Routes();
    options.content.extra_models = face.Models();
    serve::ApiServer server(*host_, options);
    OrThrow(server.Start());
    HttpClient client;
    const auto send = [&](std::string method, std::string_view path, std::string body,
                          std::string_view key) {
        HttpRequest request{.method = std::move(method),
                            .url = fmt::format("http://127.0.0.1:{}{}", server.port(), path),
                            .headers = {{"Authorization", fmt::format("Bearer {}", key)}},
                            .body = std::move(body)};
        return OrThrow(client.Fetch(std::move(request)));
    };
    const std::string chat =
        R"({"model": "shop", "messages": [{"role": "user", "content": "a jacket?"}]})";
    const auto answer = send("POST", "/v1/chat/completions", chat, "secret");
    ASSERT_EQ(answer.status, 200) << answer.body;
    const json::value body = json::parse(answer.body);
    EXPECT_EQ(body.at("model"), "shop");
    EXPECT_GT(body.at("usage").at("prompt_tokens").as_int64(), 0);
    EXPECT_TRUE(body.at("argosy").at("citations").is_array());
    EXPECT_EQ(send("POST", "/v1/chat/completions", chat, "wrong").status, 401);
    EXPECT_EQ(send("GET", "/v1/assistants", "", "wrong").status, 401);
    EXPECT_EQ(send("POST", "/generate", R"({"prompt": "a jacket?"})", "secret").status, 200);
    const json::value models = json::parse(send("GET", "/v1/models", "", "secret").body);
    EXPECT_EQ(models.at("data").at(0).at("id"), "base");
    EXPECT_EQ(models.at("data").at(1).at("id"), "shop");
    EXPECT_EQ(send("GET", "/v1/models/shop", "", "secret").status, 200);
}

}  // namespace
}  // namespace argosy::assistant
