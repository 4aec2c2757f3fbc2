#include "local/external_model.h"

#include "assistant/http_chat_model.h"
#include "local/secrets.h"
#include "net/url.h"
#include "serve/respond.h"

namespace argosy::local {

namespace {

using serve::FromStatus;

constexpr size_t kMaxAnswerBytes = 16 << 20;

/// One request on its way to the API and back: status, headers that matter and bytes as they come.
class Passing : public std::enable_shared_from_this<Passing> {
  public:
    explicit Passing(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

    void Start(HttpClient& client, HttpRequest request) {
        HttpCallbacks callbacks;
        callbacks.on_head = [self = shared_from_this()](const HttpResponse& head) {
            return self->Head(head);
        };
        callbacks.on_data = [self = shared_from_this()](std::string_view bytes) {
            return self->Data(bytes);
        };
        callbacks.on_end = [self = shared_from_this()](const Result<HttpResponse>& response) {
            self->End(response);
        };
        const auto call = client.Start(std::move(request), std::move(callbacks));
        // Weakly: the call holds this, and this the exchange.
        exchange_->OnDisconnect([weak = std::weak_ptr(call)] {
            if (const auto running = weak.lock()) running->Cancel();
        });
    }

  private:
    bool Head(const HttpResponse& head) {
        status_ = head.status;
        type_ = head.headers.Get("Content-Type");
        if (!type_.starts_with("text/event-stream")) return true;
        stream_ = exchange_->StartStream(
            status_,
            {{"Content-Type", type_}, {"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}});
        return true;
    }
    bool Data(std::string_view bytes) {
        if (stream_) return stream_->Write(std::string(bytes));
        body_ += bytes;
        return body_.size() <= kMaxAnswerBytes;
    }
    void End(const Result<HttpResponse>& response) {
        if (stream_) {
            if (response) stream_->Close();  // else the client sees that it broke off
            return;
        }
        if (!response) {
            return serve::RespondError(*exchange_,
                                       FromStatus(502, "the model's API cannot be reached: " +
                                                           response.error().ToString()));
        }
        exchange_->Respond(status_, {{"Content-Type", type_}}, std::move(body_));
    }

    const std::shared_ptr<Exchange> exchange_;
    int status_ = 0;
    std::string type_, body_;
    std::shared_ptr<StreamWriter> stream_;
};

struct Upstream {
    HttpClient* client = nullptr;
    std::string url, model, key;

    HttpRequest Request(json::object body) const {
        body["model"] = model;
        HttpRequest request;
        request.method = "POST";
        request.url = url + "/chat/completions";
        request.headers = {{"Content-Type", "application/json"}};
        if (!key.empty()) request.headers.Add("Authorization", "Bearer " + key);
        request.body = json::serialize(body);
        request.max_redirects = 0;  // the key is for this API alone
        return request;
    }
};

Result<Upstream> UpstreamOf(const resources::Model& model, const Surroundings& around) {
    const resources::ExternalApi& api = *model.spec.external;
    if (api.protocol != resources::Protocol::kOpenai) {
        return Err(ErrorCode::kUnsupported,
                   "only protocol openai is spoken on one machine; most providers offer it too");
    }
    if (model.spec.task != resources::Task::kChat) {
        return Err(ErrorCode::kUnsupported,
                   "an external model can only chat on one machine; for embedding and rerank take "
                   "engine: argosy");
    }
    ARGOSY_TRY(const Url url, ParseUrl(api.url.value_or("")));
    Upstream upstream{around.client, *api.url, api.model.value_or(model.metadata.name), {}};
    while (upstream.url.ends_with('/')) upstream.url.pop_back();
    if (api.api_key) {
        ARGOSY_TRY(upstream.key, ReadSecret(*api.api_key, around.environment));
    }
    return upstream;
}

}  // namespace

Result<Started> StartExternalModel(const resources::Model& model, const Surroundings& around) {
    ARGOSY_TRY(Upstream upstream, UpstreamOf(model, around));
    const std::string url = upstream.url;
    ARGOSY_TRY(auto chat, assistant::MakeHttpChatModel(
                              *upstream.client,
                              {.url = url, .model = upstream.model, .api_key = upstream.key}));
    auto part = std::make_shared<Part>();
    part->chat = std::move(chat);
    json::object details{{"engine", "external"}, {"url", url}, {"model", upstream.model}};
    part->extra = serve::ExtraModel{
        model.metadata.name,
        [upstream = std::move(upstream)](const std::shared_ptr<Exchange>& exchange,
                                         const json::object& body) {
            std::make_shared<Passing>(exchange)->Start(*upstream.client, upstream.Request(body));
        }};
    return Started{std::move(part), "answers at " + url, {}, std::move(details)};
}

}  // namespace argosy::local
