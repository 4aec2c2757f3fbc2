#include "serve/api_server.h"

#include <algorithm>

#include "serve/chat_reply.h"
#include "serve/chat_request.h"
#include "serve/completion_reply.h"
#include "serve/model_list.h"
#include "serve/respond.h"
#include "serve/responses_reply.h"
#include "serve/tokens.h"
#include "serve/vectors.h"
#include "telemetry/log.h"

namespace argosy::serve {

extern const std::string_view kChatPageHtml;  // made of chat_page.html

namespace {

// Paths that /metrics counts under their own name; all others are one label, so that nobody can
// fill the label set from outside.
constexpr std::string_view kCounted[] = {"/",
                                         "/health",
                                         "/ready",
                                         "/metrics",
                                         "/v1/chat/completions",
                                         "/v1/completions",
                                         "/v1/responses",
                                         "/v1/embeddings",
                                         "/v1/rerank",
                                         "/v1/models",
                                         "/v1/load_lora_adapter",
                                         "/v1/unload_lora_adapter",
                                         "/tokenize",
                                         "/detokenize"};

std::string ErrorBody(int status, std::string_view message, Headers& headers) {
    headers.Set("Content-Type", "application/json");
    if (status == 429 || status == 503) headers.Set("Retry-After", "1");
    return ToJson(FromStatus(status, message));
}

void LogRequest(const AccessRecord& record) {
    log::Debug("request",
               {{"method", record.method},
                {"path", record.target.substr(0, record.target.find('?'))},
                {"peer", record.peer},
                {"status", record.status},
                {"bytes", record.body_bytes},
                {"ms", std::chrono::duration<double, std::milli>(record.duration).count()},
                {"complete", record.complete}});
}

}  // namespace

ApiServer::ApiServer(ModelHost& host, ApiOptions options)
    : host_(host),
      options_(std::move(options)),
      keys_(options_.api_keys),
      created_(UnixSeconds()),
      workers_(std::make_unique<WorkerPool>(std::max(options_.workers, 1U))) {
    ServerOptions http = options_.http;
    http.error_body = ErrorBody;
    http.on_done = [this](const AccessRecord& record) { Count(record); };
    http_ = std::make_unique<HttpServer>(std::move(http), MakeRoutes().AsHandler());
}

// First no new requests, then the work on those that came; what the engine still runs answers to
// exchanges whose connections are closed.
ApiServer::~ApiServer() {
    http_->Stop();
    workers_.reset();
}

Result<void> ApiServer::Start() { return http_->Start(); }

bool ApiServer::Drain(std::chrono::milliseconds deadline) { return http_->Drain(deadline); }

Router ApiServer::MakeRoutes() {
    Router router;
    AddOpen(router, "GET", "/", [](const auto& exchange) {
        RespondText(*exchange, 200, "text/html; charset=utf-8", std::string(kChatPageHtml));
    });
    AddOpen(router, "GET", "/health", [this](const auto& exchange) { Health(*exchange); });
    AddOpen(router, "GET", "/ready", [this](const auto& exchange) { Ready(*exchange); });
    AddOpen(router, "GET", "/metrics", [this](const auto& exchange) { Metrics(*exchange); });
    AddProtected(router, "GET", "/v1/models", [this](const auto& exchange) { Models(*exchange); });
    AddProtected(router, "GET", "/v1/models/{model*}",
                 [this](const auto& exchange) { Models(*exchange); });
    AddPost(router, "/v1/chat/completions", &ApiServer::ChatCompletions);
    AddPost(router, "/v1/completions", &ApiServer::Completions);
    AddPost(router, "/v1/responses", &ApiServer::Responses);
    AddProtected(router, "GET", "/v1/responses/{id}",
                 [this](const auto& exchange) { StoredResponses(*exchange, false); });
    AddProtected(router, "DELETE", "/v1/responses/{id}",
                 [this](const auto& exchange) { StoredResponses(*exchange, true); });
    AddPost(router, "/v1/embeddings", &ApiServer::Embeddings);
    AddPost(router, "/v1/rerank", &ApiServer::Rerank);
    AddPost(router, "/rerank", &ApiServer::Rerank);
    AddPost(router, "/tokenize", &ApiServer::TokenizeText);
    AddPost(router, "/detokenize", &ApiServer::DetokenizeIds);
    AddPost(router, "/v1/load_lora_adapter", &ApiServer::LoadAdapter);
    AddPost(router, "/v1/unload_lora_adapter", &ApiServer::UnloadAdapter);
    AddProtected(router, "POST", "/sleep",
                 [this](const auto& exchange) { SleepOrWake(exchange, true); });
    AddProtected(router, "POST", "/wake_up",
                 [this](const auto& exchange) { SleepOrWake(exchange, false); });
    AddProtected(router, "GET", "/is_sleeping", [this](const auto& exchange) {
        RespondJson(*exchange, 200, json::object{{"is_sleeping", host_.engine().stats().sleeping}});
    });
    for (ExtraRoute& route : options_.extra_routes) {
        AddProtected(router, route.method, route.pattern, std::move(route.handler));
    }
    router.SetNotFound([](const auto& exchange) {
        AssignRequestId(*exchange);
        RespondError(*exchange, FromStatus(404, fmt::format("There is no {} {}; see / for a page "
                                                            "to chat, /v1/models for the models",
                                                            exchange->request().method,
                                                            exchange->request().path)));
    });
    router.SetMethodNotAllowed([](const auto& exchange, const std::string& allow) {
        ApiError error =
            FromStatus(405, fmt::format("{} takes {}, not {}", exchange->request().path, allow,
                                        exchange->request().method));
        exchange->Respond(405, {{"Content-Type", "application/json"}, {"Allow", allow}},
                          ToJson(error));
    });
    return router;
}

void ApiServer::AddOpen(Router& router, std::string method, std::string_view pattern,
                        Handler handler) {
    router.Add(std::move(method), pattern, [handler = std::move(handler)](const auto& exchange) {
        AssignRequestId(*exchange);
        handler(exchange);
    });
}

void ApiServer::AddProtected(Router& router, std::string method, std::string_view pattern,
                             Handler handler) {
    AddOpen(router, std::move(method), pattern,
            [this, handler = std::move(handler)](const auto& exchange) {
                if (const auto error = keys_.Check(exchange->request())) {
                    return RespondError(*exchange, *error);
                }
                handler(exchange);
            });
}

void ApiServer::AddPost(Router& router, std::string_view pattern, BodyHandler handler) {
    AddProtected(router, "POST", pattern, [this, handler](const auto& exchange) {
        workers_->Post([this, handler, exchange] { RunPost(exchange, handler); });
    });
}

void ApiServer::RunPost(const std::shared_ptr<Exchange>& exchange, BodyHandler handler) {
    if (exchange->disconnected()) return;
    const auto body = ParseJson(exchange->request().body);
    if (!body || !body->is_object()) {
        const std::string why = body ? "it is no object" : body.error().ToString();
        return RespondError(*exchange,
                            FromStatus(400, "The request's body must be a JSON object: " + why));
    }
    try {
        (this->*handler)(exchange, body->as_object());
    } catch (const std::exception& e) {  // out of memory, or a bug: this request's end, not ours
        log::Error("request failed", {{"path", exchange->request().path}, {"error", e.what()}});
        RespondError(*exchange, FromStatus(500, "internal error"));
    }
}

bool ApiServer::RefuseNonGenerating(Exchange& exchange) const {
    if (host_.info().generates) return false;
    RespondError(exchange, FromStatus(400, fmt::format("The model '{}' generates no text; it is "
                                                       "made for {}",
                                                       host_.name(),
                                                       host_.info().reranks ? "/v1/rerank"
                                                                            : "/v1/embeddings")));
    return true;
}

void ApiServer::WakeIfSleeping() {
    if (!host_.engine().stats().sleeping) return;
    const auto woken = host_.engine().Wake();
    if (!woken) log::Error("cannot wake up", {{"error", woken.error().ToString()}});
}

const ExtraModel* ApiServer::FindExtra(const Body& body) const {
    const json::value* name = body.if_contains("model");
    if (name == nullptr || !name->is_string()) return nullptr;
    const auto found = std::ranges::find_if(options_.extra_models, [&](const ExtraModel& model) {
        return name->as_string() == model.name;
    });
    return found == options_.extra_models.end() ? nullptr : &*found;
}

void ApiServer::ChatCompletions(const std::shared_ptr<Exchange>& exchange, const Body& body) {
    if (const ExtraModel* extra = FindExtra(body)) return extra->chat(exchange, body);
    if (RefuseNonGenerating(*exchange)) return;
    auto request = ParseChatCompletion(host_, grammars_, body);
    if (!request) return RespondError(*exchange, request.error());
    auto prepared = PrepareChat(host_, grammars_, request->call);
    if (!prepared) return RespondError(*exchange, prepared.error());
    WakeIfSleeping();
    std::vector<GenerateRequest> requests;
    requests.push_back(std::move(prepared->request));
    StartGeneration(
        host_.engine(), *exchange, std::move(requests),
        MakeChatReply(exchange, host_.tokenizer(), std::move(*request), prepared->parser));
}

void ApiServer::Completions(const std::shared_ptr<Exchange>& exchange, const Body& body) {
    if (RefuseNonGenerating(*exchange)) return;
    auto request = ParseCompletion(host_, grammars_, body);
    if (!request) return RespondError(*exchange, request.error());
    WakeIfSleeping();
    auto prompts = std::move(request->prompts);
    const size_t count = prompts.size();
    StartGeneration(host_.engine(), *exchange, std::move(prompts),
                    MakeCompletionReply(exchange, host_.tokenizer(), std::move(*request), count));
}

void ApiServer::Responses(const std::shared_ptr<Exchange>& exchange, const Body& body) {
    if (RefuseNonGenerating(*exchange)) return;
    auto request = ParseResponses(host_, grammars_, *responses_, body);
    if (!request) return RespondError(*exchange, request.error());
    auto prepared = PrepareChat(host_, grammars_, request->call);
    if (!prepared) return RespondError(*exchange, prepared.error());
    WakeIfSleeping();
    std::vector<GenerateRequest> requests;
    requests.push_back(std::move(prepared->request));
    StartGeneration(
        host_.engine(), *exchange, std::move(requests),
        MakeResponsesReply(exchange, std::move(*request), prepared->parser, responses_));
}

void ApiServer::Embeddings(const std::shared_ptr<Exchange>& exchange, const Body& body) {
    WakeIfSleeping();
    HandleEmbeddings(host_, exchange, body);
}

void ApiServer::Rerank(const std::shared_ptr<Exchange>& exchange, const Body& body) {
    WakeIfSleeping();
    HandleRerank(host_, exchange, body);
}

void ApiServer::TokenizeText(const std::shared_ptr<Exchange>& exchange, const Body& body) {
    const auto answer = Tokenize(host_, body);
    if (!answer) return RespondError(*exchange, answer.error());
    RespondJson(*exchange, 200, *answer);
}

void ApiServer::DetokenizeIds(const std::shared_ptr<Exchange>& exchange, const Body& body) {
    const auto answer = Detokenize(host_, body);
    if (!answer) return RespondError(*exchange, answer.error());
    RespondJson(*exchange, 200, *answer);
}

void ApiServer::Health(Exchange& exchange) const {
    RespondJson(exchange, 200, json::object{{"status", "ok"}});
}

void ApiServer::Ready(Exchange& exchange) const {
    if (!http_->draining()) return RespondJson(exchange, 200, json::object{{"status", "ready"}});
    RespondJson(exchange, 503, json::object{{"status", "draining"}});
}

void ApiServer::Metrics(Exchange& exchange) const {
    RequestCounts counts;
    {
        const std::scoped_lock lock(mutex_);
        counts = counts_;
    }
    RespondText(exchange, 200, "text/plain; version=0.0.4; charset=utf-8",
                RenderMetrics(host_.name(), host_.engine(), http_->stats(), counts));
}

void ApiServer::Models(Exchange& exchange) const {
    json::array models = ListModels(host_, created_);
    for (const ExtraModel& extra : options_.extra_models) {
        models.push_back({{"id", extra.name},
                          {"object", "model"},
                          {"created", created_},
                          {"owned_by", "argosy"}});
    }
    const std::string_view wanted = exchange.request().Param("model");
    if (wanted.empty()) {
        return RespondJson(exchange, 200, json::object{{"object", "list"}, {"data", models}});
    }
    for (const json::value& model : models) {
        if (model.at("id").as_string() == wanted) return RespondJson(exchange, 200, model);
    }
    ApiError error = FromStatus(404, fmt::format("The model '{}' does not exist", wanted));
    error.param = "model";
    error.code = "model_not_found";
    RespondError(exchange, error);
}

void ApiServer::StoredResponses(Exchange& exchange, bool remove) {
    const std::string id(exchange.request().Param("id"));
    const auto found = responses_->Get(id);
    if (!found) {
        return RespondError(exchange,
                            FromStatus(404, fmt::format("Response '{}' is not stored", id)));
    }
    if (!remove) return RespondJson(exchange, 200, found->response);
    responses_->Delete(id);
    RespondJson(exchange, 200, json::object{{"id", id}, {"object", "response"}, {"deleted", true}});
}

void ApiServer::SleepOrWake(const std::shared_ptr<Exchange>& exchange, bool sleep) {
    workers_->Post([this, exchange, sleep] {
        const auto done = sleep ? host_.engine().Sleep() : host_.engine().Wake();
        if (!done) return RespondError(*exchange, ToApiError(done.error()));
        RespondJson(*exchange, 200, json::object{{"is_sleeping", sleep}});
    });
}

void ApiServer::Count(const AccessRecord& record) {
    LogRequest(record);
    const std::string_view path = record.target.substr(0, record.target.find('?'));
    const bool known = std::ranges::find(kCounted, path) != std::end(kCounted);
    const std::scoped_lock lock(mutex_);
    ++counts_[{known ? std::string(path) : "other", record.status}];
}

}  // namespace argosy::serve
