// An MCP server over Streamable HTTP: each message is a POST; its answer comes as JSON or as the
// events of a stream.
#include <future>
#include <mutex>
#include <optional>

#include "assistant/tools/mcp_transport.h"
#include "net/sse.h"
#include "net/url.h"

namespace argosy::assistant {

namespace {

constexpr const char* kSessionHeader = "Mcp-Session-Id";
constexpr const char* kVersionHeader = "MCP-Protocol-Version";

// Reads the body of one answer until the message with our id is there.
class AnswerReader {
  public:
    AnswerReader(int64_t id, size_t max_bytes) : id_(id), max_bytes_(max_bytes), sse_(max_bytes) {}

    bool OnHead(const HttpResponse& head) {
        head_ = head;
        events_ = head.headers.Get("Content-Type").starts_with("text/event-stream");
        return true;
    }
    bool OnData(std::string_view bytes) {
        if (!head_.ok() || !events_) {
            if (body_.size() + bytes.size() > max_bytes_) return false;
            body_ += bytes;
            return true;
        }
        std::vector<SseEvent> events;
        if (!sse_.Feed(bytes, events)) return false;
        for (const SseEvent& event : events) Take(event.data);
        return !answer_;
    }
    Result<RpcMessage> Finish(const Result<HttpResponse>& end) {
        if (answer_) return std::move(*answer_);
        if (!end && end.error().code != ErrorCode::kCancelled) return std::unexpected(end.error());
        if (head_.status == 404 || head_.status == 410) {
            return Err(ErrorCode::kUnavailable, "the MCP server knows this session no more");
        }
        if (!head_.ok()) {
            return Err(ErrorCode::kUnavailable, "the MCP server answered HTTP {}: {}", head_.status,
                       body_.substr(0, 200));
        }
        if (!events_) Take(body_);
        if (answer_) return std::move(*answer_);
        return Err(ErrorCode::kCorrupt, "the MCP server gave no answer to the request");
    }
    const HttpResponse& head() const { return head_; }

  private:
    void Take(std::string_view text) {
        auto message = ParseRpc(text);
        if (message && message->id == json::value(id_) && message->method.empty()) {
            answer_ = std::move(*message);
        }
    }

    const int64_t id_;
    const size_t max_bytes_;
    SseParser sse_;
    HttpResponse head_;
    bool events_ = false;
    std::string body_;
    std::optional<RpcMessage> answer_;
};

class HttpTransport final : public McpTransport {
  public:
    HttpTransport(HttpClient& client, McpHttpOptions options)
        : client_(client), options_(std::move(options)) {}

    ~HttpTransport() override {
        HttpRequest request = MakeRequest(std::chrono::seconds(2));
        if (request.headers.Find(kSessionHeader) == nullptr) return;
        request.method = "DELETE";  // the session is not needed any more
        [[maybe_unused]] const auto ended = client_.Fetch(std::move(request));
    }

    Result<json::value> Request(std::string method, json::object params,
                                std::chrono::milliseconds timeout, std::stop_token stop) override {
        int64_t id = 0;
        {
            const std::scoped_lock lock(mutex_);
            id = next_id_++;
        }
        HttpRequest request = MakeRequest(timeout);
        const bool first = method == "initialize";
        request.body = FormatRpc(RpcRequest(id, std::move(method), std::move(params)));
        AnswerReader reader(id, options_.max_message_bytes);
        const auto end = Send(std::move(request), reader, stop);
        if (stop.stop_requested()) return Err(ErrorCode::kCancelled, "the call was cancelled");
        ARGOSY_TRY(RpcMessage answer, reader.Finish(end));
        if (first) Remember(reader.head().headers, answer);
        return ResultOf(std::move(answer));
    }

    Result<void> Notify(std::string method, json::object params) override {
        HttpRequest request = MakeRequest(std::chrono::seconds(10));
        request.body = FormatRpc(RpcNotification(std::move(method), std::move(params)));
        ARGOSY_TRY(const HttpResponse response, client_.Fetch(std::move(request)));
        if (response.ok()) return {};
        return Err(ErrorCode::kUnavailable, "the MCP server answered HTTP {}", response.status);
    }

  private:
    HttpRequest MakeRequest(std::chrono::milliseconds timeout) {
        HttpRequest request;
        request.method = "POST";
        request.url = options_.url;
        request.headers = options_.headers;
        request.headers.Set("Content-Type", "application/json");
        request.headers.Set("Accept", "application/json, text/event-stream");
        request.max_redirects = 0;
        request.max_body_bytes = options_.max_message_bytes;
        request.total_timeout = timeout;
        const std::scoped_lock lock(mutex_);
        if (!session_.empty()) request.headers.Set(kSessionHeader, session_);
        if (!version_.empty()) request.headers.Set(kVersionHeader, version_);
        return request;
    }

    Result<HttpResponse> Send(HttpRequest request, AnswerReader& reader,
                              const std::stop_token& stop) {
        std::promise<Result<HttpResponse>> end;
        HttpCallbacks callbacks;
        callbacks.on_head = [&](const HttpResponse& head) { return reader.OnHead(head); };
        callbacks.on_data = [&](std::string_view bytes) { return reader.OnData(bytes); };
        callbacks.on_end = [&](Result<HttpResponse> result) { end.set_value(std::move(result)); };
        const auto call = client_.Start(std::move(request), std::move(callbacks));
        const std::stop_callback cancel(stop, [&call] { call->Cancel(); });
        return end.get_future().get();
    }

    // What the server's first answer says holds for all that follow.
    void Remember(const Headers& headers, const RpcMessage& answer) {
        const json::object* result = answer.body.if_object();
        const json::value* version = result ? result->if_contains("protocolVersion") : nullptr;
        const std::scoped_lock lock(mutex_);
        session_ = headers.Get(kSessionHeader);
        if (version != nullptr && version->is_string()) version_ = version->as_string();
    }

    HttpClient& client_;
    const McpHttpOptions options_;
    std::mutex mutex_;
    int64_t next_id_ = 1;  // GUARDED_BY(mutex_)
    std::string session_;  // GUARDED_BY(mutex_)
    std::string version_;  // GUARDED_BY(mutex_)
};

}  // namespace

Result<json::value> ResultOf(RpcMessage answer) {
    if (answer.kind == RpcMessage::Kind::kResult) return std::move(answer.body);
    return Err(ErrorCode::kInvalidArgument, "the MCP server: {} (code {})", answer.message,
               answer.code);
}

Result<std::unique_ptr<McpTransport>> ConnectMcpHttp(HttpClient& client,
                                                     const McpHttpOptions& options) {
    ARGOSY_CHECK_OK(ParseUrl(options.url));
    return std::make_unique<HttpTransport>(client, options);
}

}  // namespace argosy::assistant
