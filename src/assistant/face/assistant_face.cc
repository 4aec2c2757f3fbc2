#include "assistant/face/assistant_face.h"

#include <algorithm>

#include "assistant/face/answer_reply.h"
#include "assistant/face/session_routes.h"
#include "assistant/recommend/recommend_request.h"
#include "serve/face_work.h"
#include "serve/respond.h"

namespace argosy::assistant {

using serve::ApiError;
using serve::FaceWork;
using ExchangePtr = std::shared_ptr<Exchange>;

class AssistantFace::Impl {
  public:
    Impl(std::vector<std::shared_ptr<const Assistant>> assistants, FaceOptions options)
        : assistants_(std::move(assistants)),
          options_(std::move(options)),
          work_(std::max(options_.workers, 1U), options_.max_waiting) {}

    std::vector<serve::ExtraRoute> Routes();
    std::vector<serve::ExtraModel> Models();
    void Chat(const ExchangePtr& exchange);

  private:
    // What a route does, on a worker, once its body is read and its assistant found.
    using Work = void (Impl::*)(const Assistant&, const ExchangePtr&, const json::object& body,
                                const std::stop_token&);
    Handler Named(Work work);
    Handler Compatible(Work work);
    void Start(const ExchangePtr& exchange, std::shared_ptr<const Assistant> assistant, Work work);
    std::shared_ptr<const Assistant> Find(std::string_view name) const;
    void StartChat(const ExchangePtr& exchange, std::shared_ptr<const Assistant> assistant,
                   const json::object& body);

    void List(Exchange& exchange) const;
    void Message(const Assistant&, const ExchangePtr&, const json::object&, const std::stop_token&);
    void Generate(const Assistant&, const ExchangePtr&, const json::object&,
                  const std::stop_token&);
    void LoadData(const Assistant&, const ExchangePtr&, const json::object&,
                  const std::stop_token&);
    void Recommend(const Assistant&, const ExchangePtr&, const json::object&,
                   const std::stop_token&);
    void Sessions(const Assistant&, const ExchangePtr&, const json::object&,
                  const std::stop_token&);

    const std::vector<std::shared_ptr<const Assistant>> assistants_;
    const FaceOptions options_;
    FaceWork work_;  // ends first
};

namespace {

ApiError Busy() { return serve::FromStatus(429, "too many questions are waiting"); }

ApiError NoAssistant(std::string_view name) {
    ApiError error = serve::FromStatus(404, fmt::format("There is no assistant '{}'", name));
    error.code = "assistant_not_found";
    return error;
}

// A body of a request that may have none.
Result<json::object> ReadBody(const Exchange& exchange) {
    const ServerRequest& request = exchange.request();
    if (request.body.empty() && request.method != "POST") return json::object();
    ARGOSY_TRY(json::value body, ParseJson(request.body));
    if (body.is_object()) return std::move(body.as_object());
    return Err(ErrorCode::kInvalidArgument, "the request's body must be a JSON object");
}

}  // namespace

std::shared_ptr<const Assistant> AssistantFace::Impl::Find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        assistants_, [&](const auto& assistant) { return assistant->config().name == name; });
    return found == assistants_.end() ? nullptr : *found;
}

Handler AssistantFace::Impl::Named(Work work) {
    return [this, work](const ExchangePtr& exchange) {
        const std::string_view name = exchange->request().Param("name");
        auto assistant = Find(name);
        if (!assistant) return serve::RespondError(*exchange, NoAssistant(name));
        Start(exchange, std::move(assistant), work);
    };
}

Handler AssistantFace::Impl::Compatible(Work work) {
    return [this, work](const ExchangePtr& exchange) {
        auto assistant = options_.compatibility.empty() && !assistants_.empty()
                             ? assistants_.front()
                             : Find(options_.compatibility);
        if (!assistant) {
            return serve::RespondError(*exchange, NoAssistant(options_.compatibility));
        }
        Start(exchange, std::move(assistant), work);
    };
}

void AssistantFace::Impl::Start(const ExchangePtr& exchange,
                                std::shared_ptr<const Assistant> assistant, Work work) {
    const bool posted = work_.Post(
        exchange, [this, exchange, assistant = std::move(assistant), work](std::stop_token stop) {
            if (stop.stop_requested()) return;
            const auto body = ReadBody(*exchange);
            if (!body) return serve::RespondError(*exchange, serve::ToApiError(body.error()));
            (this->*work)(*assistant, exchange, *body, stop);
        });
    if (!posted) serve::RespondError(*exchange, Busy());
}

std::vector<serve::ExtraRoute> AssistantFace::Impl::Routes() {
    const std::string base = "/v1/assistants/{name}";
    const Handler sessions = Named(&Impl::Sessions);
    return {{"GET", "/v1/assistants", [this](const ExchangePtr& exchange) { List(*exchange); }},
            {"POST", base + "/messages", Named(&Impl::Message)},
            {"POST", base + "/recommendations", Named(&Impl::Recommend)},
            {"GET", base + "/sessions", sessions},
            {"DELETE", base + "/sessions", sessions},
            {"GET", base + "/sessions/export", sessions},
            {"GET", base + "/sessions/{session}", sessions},
            {"DELETE", base + "/sessions/{session}", sessions},
            {"POST", "/load_data", Compatible(&Impl::LoadData)},
            {"POST", "/generate", Compatible(&Impl::Generate)}};
}

std::vector<serve::ExtraModel> AssistantFace::Impl::Models() {
    std::vector<serve::ExtraModel> models;
    for (const auto& assistant : assistants_) {
        models.push_back({assistant->config().name,
                          [this, assistant](const ExchangePtr& exchange, const json::object& body) {
                              StartChat(exchange, assistant, body);
                          }});
    }
    return models;
}

void AssistantFace::Impl::StartChat(const ExchangePtr& exchange,
                                    std::shared_ptr<const Assistant> assistant,
                                    const json::object& body) {
    auto request = internal::ParseChat(body, assistant->config().sampling);
    if (!request) return serve::RespondError(*exchange, request.error());
    const bool posted = work_.Post(exchange, [exchange, assistant = std::move(assistant),
                                              request = std::move(*request)](std::stop_token stop) {
        if (!stop.stop_requested()) internal::ReplyToChat(*assistant, exchange, request, stop);
    });
    if (!posted) serve::RespondError(*exchange, Busy());
}

void AssistantFace::Impl::Chat(const ExchangePtr& exchange) {
    const auto body = ReadBody(*exchange);
    if (!body) return serve::RespondError(*exchange, serve::ToApiError(body.error()));
    const json::value* model = body->if_contains("model");
    const std::string name =
        model != nullptr && model->is_string() ? std::string(model->as_string()) : "";
    auto assistant = Find(name);
    if (!assistant) {
        ApiError error = serve::FromStatus(404, fmt::format("The model '{}' does not exist", name));
        error.param = "model";
        error.code = "model_not_found";
        return serve::RespondError(*exchange, error);
    }
    StartChat(exchange, std::move(assistant), *body);
}

namespace {

json::object UiJson(const UiOptions& ui) {
    json::object out;
    if (!ui.title.empty()) out["title"] = ui.title;
    if (!ui.greeting.empty()) out["greeting"] = ui.greeting;
    if (!ui.suggestions.empty()) out["suggestions"] = json::value_from(ui.suggestions);
    return out;
}

}  // namespace

void AssistantFace::Impl::List(Exchange& exchange) const {
    json::array list;
    for (const auto& assistant : assistants_) {
        const AssistantParts& parts = assistant->parts();
        json::array tools;
        if (parts.tools) {
            for (const ToolSpec& tool : parts.tools->specs()) tools.emplace_back(tool.name);
        }
        list.push_back({{"id", assistant->config().name},
                        {"object", "assistant"},
                        {"description", assistant->config().description},
                        {"model", parts.model->name()},
                        {"knowledge", parts.searcher != nullptr},
                        {"memory", parts.sessions != nullptr},
                        {"tools", std::move(tools)},
                        {"ui", UiJson(assistant->config().ui)}});
    }
    serve::RespondJson(exchange, 200, json::object{{"object", "list"}, {"data", std::move(list)}});
}

void AssistantFace::Impl::Message(const Assistant& assistant, const ExchangePtr& exchange,
                                  const json::object& body, const std::stop_token& stop) {
    auto request = internal::ParseMessage(body);
    if (!request) return serve::RespondError(*exchange, request.error());
    internal::ReplyToMessage(assistant, exchange, std::move(*request), stop);
}

void AssistantFace::Impl::Generate(const Assistant& assistant, const ExchangePtr& exchange,
                                   const json::object& body, const std::stop_token& stop) {
    auto request = internal::ParseGenerate(body);
    if (!request) return serve::RespondError(*exchange, request.error());
    internal::ReplyToGenerate(assistant, exchange, std::move(*request), stop);
}

void AssistantFace::Impl::LoadData(const Assistant&, const ExchangePtr& exchange,
                                   const json::object& body, const std::stop_token&) {
    const json::value* url = body.if_contains("url");
    if (url == nullptr || !url->is_string()) {
        return serve::RespondError(*exchange, serve::FromStatus(400, "'url': a text is needed"));
    }
    if (!options_.ingest) {
        return serve::RespondError(*exchange, serve::FromStatus(501, "nothing can be loaded here"));
    }
    const auto loaded = options_.ingest(std::string(url->as_string()));
    if (!loaded) return serve::RespondError(*exchange, serve::ToApiError(loaded.error()));
    serve::RespondJson(*exchange, 200, *loaded);
}

void AssistantFace::Impl::Recommend(const Assistant& assistant, const ExchangePtr& exchange,
                                    const json::object& body, const std::stop_token&) {
    const auto request = internal::ParseRecommend(body);
    if (!request) return serve::RespondError(*exchange, request.error());
    if (!assistant.parts().searcher) {
        return serve::RespondError(*exchange,
                                   serve::FromStatus(400, "this assistant has no knowledge"));
    }
    const auto found = RecommendFrom(*assistant.parts().searcher, *request);
    if (!found) return serve::RespondError(*exchange, serve::ToApiError(found.error()));
    serve::RespondJson(*exchange, 200, internal::RecommendationsJson(*found));
}

void AssistantFace::Impl::Sessions(const Assistant& assistant, const ExchangePtr& exchange,
                                   const json::object&, const std::stop_token&) {
    internal::HandleSessions(assistant, *exchange);
}

AssistantFace::AssistantFace(std::vector<std::shared_ptr<const Assistant>> assistants,
                             FaceOptions options)
    : impl_(std::make_unique<Impl>(std::move(assistants), std::move(options))) {}

AssistantFace::~AssistantFace() = default;

std::vector<serve::ExtraRoute> AssistantFace::Routes() { return impl_->Routes(); }

std::vector<serve::ExtraModel> AssistantFace::Models() { return impl_->Models(); }

void AssistantFace::AddTo(Router& router) {
    const auto with_id = [](Handler handler) {
        return [handler = std::move(handler)](const ExchangePtr& exchange) {
            serve::AssignRequestId(*exchange);
            handler(exchange);
        };
    };
    std::vector<serve::ExtraRoute> routes = Routes();
    for (serve::ExtraRoute& route : routes) {
        router.Add(route.method, route.pattern, with_id(std::move(route.handler)));
    }
    router.Add("POST", "/v1/chat/completions",
               with_id([this](const ExchangePtr& exchange) { impl_->Chat(exchange); }));
}

}  // namespace argosy::assistant
