#include "assistant/http_chat_model.h"

#include <cstdlib>
#include <future>

#include "assistant/chat_stream.h"
#include "net/url.h"

namespace argosy::assistant {

namespace {

constexpr size_t kMaxErrorBytes = 64 << 10;

ErrorCode CodeOf(int status) {
    switch (status) {
        case 400:
        case 413:
        case 422:
            return ErrorCode::kInvalidArgument;
        case 401:
            return ErrorCode::kUnauthenticated;
        case 403:
            return ErrorCode::kPermissionDenied;
        case 404:
            return ErrorCode::kNotFound;
        case 429:
            return ErrorCode::kResourceExhausted;
        default:
            return ErrorCode::kUnavailable;
    }
}

// {"error": {"message"}} or {"error": "..."} or whatever the body begins with.
std::string MessageOf(const std::string& body) {
    const auto parsed = ParseJson(body);
    const json::object* object = parsed ? parsed->if_object() : nullptr;
    const json::value* error = object ? object->if_contains("error") : nullptr;
    if (error != nullptr && error->is_object()) error = error->as_object().if_contains("message");
    if (error != nullptr && error->is_string()) return std::string(error->as_string());
    return body.substr(0, 200);
}

class HttpChatModel final : public ChatModel {
  public:
    HttpChatModel(HttpClient& client, HttpModelOptions options, std::string key)
        : client_(client), options_(std::move(options)), key_(std::move(key)) {}

    const std::string& name() const override { return options_.model; }

    Result<ModelReply> Chat(const ModelRequest& request, const TextSink& on_text,
                            std::stop_token stop) const override {
        ChatStreamReader reader(on_text);
        std::optional<Error> failure;
        bool wanted = true;
        std::string error_body;
        int status = 0;
        std::promise<Result<HttpResponse>> end;
        HttpCallbacks callbacks;
        callbacks.on_head = [&](const HttpResponse& head) {
            status = head.status;
            return true;
        };
        callbacks.on_data = [&](std::string_view bytes) {
            if (status != 200) {
                error_body += bytes.substr(0, kMaxErrorBytes - error_body.size());
                return true;
            }
            auto more = reader.Feed(bytes);
            if (!more) failure = std::move(more.error());
            wanted = more.value_or(true);
            return !failure && wanted;
        };
        callbacks.on_end = [&](Result<HttpResponse> result) { end.set_value(std::move(result)); };
        const auto call = client_.Start(MakeRequest(request), std::move(callbacks));
        const std::stop_callback cancel(stop, [&call] { call->Cancel(); });
        const auto response = end.get_future().get();
        if (stop.stop_requested()) return Err(ErrorCode::kCancelled, "the answer was cancelled");
        if (failure) return std::unexpected(*failure);
        if (!wanted) return reader.Take();
        if (!response) return std::unexpected(response.error());
        if (status != 200) {
            return Err(CodeOf(status), "the model '{}' at {} answered {}: {}", options_.model,
                       response->url, status, MessageOf(error_body));
        }
        ModelReply reply = reader.Take();
        if (!reader.done() && reply.finish.empty()) {
            return Err(ErrorCode::kUnavailable, "the answer of '{}' broke off", options_.model);
        }
        return reply;
    }

  private:
    HttpRequest MakeRequest(const ModelRequest& request) const {
        const Sampling& sampling = request.sampling;
        json::object body{{"model", options_.model},
                          {"messages", MessagesToJson(request.messages)},
                          {"stream", true},
                          {"stream_options", {{"include_usage", true}}},
                          {"max_tokens", sampling.max_tokens}};
        if (!request.tools.empty()) body["tools"] = ToolsToJson(request.tools);
        if (sampling.temperature) body["temperature"] = *sampling.temperature;
        if (sampling.top_p) body["top_p"] = *sampling.top_p;
        if (sampling.seed) body["seed"] = *sampling.seed;
        if (!sampling.stop.empty()) body["stop"] = json::value_from(sampling.stop);
        HttpRequest out;
        out.method = "POST";
        out.url = options_.url + "/chat/completions";
        out.headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
        if (!key_.empty()) out.headers.Add("Authorization", "Bearer " + key_);
        out.body = json::serialize(body);
        out.max_redirects = 0;
        out.idle_timeout = options_.idle_timeout;
        out.total_timeout = options_.total_timeout;
        return out;
    }

    HttpClient& client_;
    const HttpModelOptions options_;
    const std::string key_;
};

}  // namespace

Result<std::unique_ptr<ChatModel>> MakeHttpChatModel(HttpClient& client, HttpModelOptions options) {
    ARGOSY_CHECK_OK(ParseUrl(options.url));
    while (options.url.ends_with('/')) options.url.pop_back();
    std::string key = options.api_key;
    if (!options.api_key_env.empty()) {
        const char* value = std::getenv(options.api_key_env.c_str());
        if (value == nullptr || *value == '\0') {
            return Err(ErrorCode::kNotFound, "the environment has no {}", options.api_key_env);
        }
        key = value;
    }
    return std::make_unique<HttpChatModel>(client, std::move(options), std::move(key));
}

}  // namespace argosy::assistant
