
#include <algorithm>

#include "serve/api_call.h"
#include "serve/model_list.h"
#include "serve/respond.h"
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

namespace {

ApiOptions With(ModelHost& host, ApiOptions options) {
    auto& hosts = options.content.hosts;
    hosts.insert(hosts.begin(), std::shared_ptr<ModelHost>(std::shared_ptr<void>(), &host));
    return options;
}

/// The body as it is for the model that was chosen, whose name stands in it.
json::object Named(const json::object& body, const std::string& name) {
    json::object named = body;
    if (named.contains("model")) named["model"] = name;
    return named;
}

void RespondNotFound(Exchange& exchange) {
    AssignRequestId(exchange);
    RespondError(exchange,
                 FromStatus(404, fmt::format("There is no {} {}; see / for a page to "
                                             "chat, /v1/models for the models",
                                             exchange.request().method, exchange.request().path)));
}

void RespondBadMethod(Exchange& exchange, const std::string& allow) {
    const ApiError error =
        FromStatus(405, fmt::format("{} takes {}, not {}", exchange.request().path, allow,
                                    exchange.request().method));
    exchange.Respond(405, {{"Content-Type", "application/json"}, {"Allow", allow}}, ToJson(error));
}

bool HasRoute(const ApiContent& content, std::string_view method, std::string_view pattern) {
    return std::ranges::any_of(content.extra_routes, [&](const ExtraRoute& route) {
        return route.method == method && route.pattern == pattern;
    });
}

json::object ExtraModelObject(const std::string& name, int64_t created) {
    return {{"id", name}, {"object", "model"}, {"created", created}, {"owned_by", "argosy"}};
}

}  // namespace

ApiServer::ApiServer(ApiOptions options)
    : options_(std::move(options)),
      created_(UnixSeconds()),
      workers_(std::make_unique<WorkerPool>(std::max(options_.workers, 1U))) {
    Replace(std::move(options_.content));
    ServerOptions http = options_.http;
    http.error_body = ErrorBody;
    http.on_done = [this](const AccessRecord& record) { Count(record); };
    http_ = std::make_unique<HttpServer>(std::move(http), [this](const auto& exchange) {
        const auto current = Current();
        exchange->Keep(current);
        current->router.Route(exchange);
    });
}

ApiServer::ApiServer(ModelHost& host, ApiOptions options)
    : ApiServer(With(host, std::move(options))) {}

// First no new requests, then the work on those that came; what the engines still run is cancelled
// and answers to exchanges whose connections are closed.
ApiServer::~ApiServer() {
    http_->Stop();
    workers_.reset();
}

Result<void> ApiServer::Start() { return http_->Start(); }

bool ApiServer::Drain(std::chrono::milliseconds deadline) { return http_->Drain(deadline); }

void ApiServer::Replace(ApiContent content) {
    auto snapshot = std::make_unique<Snapshot>(std::move(content));
    snapshot->router = MakeRoutes(*snapshot);
    std::shared_ptr<const Snapshot> next =
        retired_.Hold(std::unique_ptr<const Snapshot>(std::move(snapshot)));
    const std::scoped_lock lock(mutex_);
    std::swap(current_, next);
}

std::shared_ptr<const ApiServer::Snapshot> ApiServer::Current() const {
    const std::scoped_lock lock(mutex_);
    return current_;
}

Router ApiServer::MakeRoutes(const Snapshot& content) {
    Router router;
    AddOwnRoutes(router, content);
    AddModelRoutes(router, content);
    for (const ExtraRoute& route : content.content.extra_routes) {
        if (route.open) {
            AddOpen(router, route.method, route.pattern, route.handler);
        } else {
            AddProtected(router, content, route.method, route.pattern, route.handler);
        }
    }
    router.SetNotFound([](const auto& exchange) { RespondNotFound(*exchange); });
    router.SetMethodNotAllowed(
        [](const auto& exchange, const std::string& allow) { RespondBadMethod(*exchange, allow); });
    return router;
}

void ApiServer::AddOwnRoutes(Router& router, const Snapshot& content) {
    if (!HasRoute(content.content, "GET", "/")) {
        AddOpen(router, "GET", "/", [](const auto& exchange) {
            RespondText(*exchange, 200, "text/html; charset=utf-8", std::string(kChatPageHtml));
        });
    }
    AddOpen(router, "GET", "/health", [](const auto& exchange) {
        RespondJson(*exchange, 200, json::object{{"status", "ok"}});
    });
    AddOpen(router, "GET", "/ready",
            [this, &content](const auto& exchange) { Ready(*exchange, content); });
    AddOpen(router, "GET", "/metrics",
            [this, &content](const auto& exchange) { Metrics(*exchange, content); });
    AddProtected(router, content, "POST", "/sleep",
                 [this, &content](const auto& exchange) { SleepOrWake(exchange, content, true); });
    AddProtected(router, content, "POST", "/wake_up",
                 [this, &content](const auto& exchange) { SleepOrWake(exchange, content, false); });
    AddProtected(router, content, "GET", "/is_sleeping", [&content](const auto& exchange) {
        const auto& hosts = content.content.hosts;
        const bool sleeping = std::ranges::any_of(
            hosts, [](const auto& host) { return host->engine().stats().sleeping; });
        RespondJson(*exchange, 200, json::object{{"is_sleeping", sleeping}});
    });
}

void ApiServer::AddModelRoutes(Router& router, const Snapshot& content) {
    for (const char* pattern : {"/v1/models", "/v1/models/{model*}"}) {
        AddProtected(router, content, "GET", pattern,
                     [this, &content](const auto& exchange) { Models(*exchange, content); });
    }
    using Use = ModelUse;
    AddPost(router, content, "/v1/chat/completions", Use::kGenerate, &ApiServer::ChatCompletions);
    AddPost(router, content, "/v1/completions", Use::kGenerate, &ApiServer::Completions);
    AddPost(router, content, "/v1/responses", Use::kGenerate, &ApiServer::Responses);
    AddProtected(router, content, "GET", "/v1/responses/{id}",
                 [this](const auto& exchange) { StoredResponses(*exchange, false); });
    AddProtected(router, content, "DELETE", "/v1/responses/{id}",
                 [this](const auto& exchange) { StoredResponses(*exchange, true); });
    AddPost(router, content, "/v1/embeddings", Use::kEmbed, &ApiServer::Embeddings);
    AddPost(router, content, "/v1/rerank", Use::kRerank, &ApiServer::Rerank);
    AddPost(router, content, "/rerank", Use::kRerank, &ApiServer::Rerank);
    AddPost(router, content, "/tokenize", Use::kAny, &ApiServer::TokenizeText);
    AddPost(router, content, "/detokenize", Use::kAny, &ApiServer::DetokenizeIds);
    AddPost(router, content, "/v1/load_lora_adapter", Use::kAny, &ApiServer::LoadAdapter);
    AddPost(router, content, "/v1/unload_lora_adapter", Use::kAny, &ApiServer::UnloadAdapter);
}

void ApiServer::AddOpen(Router& router, std::string method, std::string_view pattern,
                        Handler handler) {
    router.Add(std::move(method), pattern, [handler = std::move(handler)](const auto& exchange) {
        AssignRequestId(*exchange);
        handler(exchange);
    });
}

void ApiServer::AddProtected(Router& router, const Snapshot& content, std::string method,
                             std::string_view pattern, Handler handler) {
    AddOpen(router, std::move(method), pattern,
            [&content, handler = std::move(handler)](const auto& exchange) {
                if (const auto error = content.keys.Check(exchange->request())) {
                    return RespondError(*exchange, *error);
                }
                handler(exchange);
            });
}

void ApiServer::AddPost(Router& router, const Snapshot& content, std::string_view pattern,
                        ModelUse use, BodyHandler handler) {
    AddProtected(router, content, "POST", pattern, [this, &content, use, handler](const auto& e) {
        workers_->Post([this, &content, use, handler, e] { RunPost(e, content, use, handler); });
    });
}

void ApiServer::RunPost(const std::shared_ptr<Exchange>& exchange, const Snapshot& content,
                        ModelUse use, BodyHandler handler) {
    if (exchange->disconnected()) return;
    const auto body = ParseJson(exchange->request().body);
    if (!body || !body->is_object()) {
        const std::string why = body ? "it is no object" : body.error().ToString();
        return RespondError(*exchange,
                            FromStatus(400, "The request's body must be a JSON object: " + why));
    }
    try {
        auto chosen = ChooseModel(content.content, exchange->request(), body->as_object(), use);
        if (!chosen) return RespondError(*exchange, chosen.error());
        const Body named = Named(body->as_object(), chosen->name);
        (this->*handler)({exchange, named, content.content, std::move(*chosen)});
    } catch (const std::exception& e) {  // out of memory, or a bug: this request's end, not ours
        log::Error("request failed", {{"path", exchange->request().path}, {"error", e.what()}});
        RespondError(*exchange, FromStatus(500, "internal error"));
    }
}

void ApiServer::Ready(Exchange& exchange, const Snapshot& content) const {
    const char* status = http_->draining()        ? "draining"
                         : !content.content.ready ? "starting"
                                                  : "ready";
    const bool ready = !http_->draining() && content.content.ready;
    RespondJson(exchange, ready ? 200 : 503, json::object{{"status", status}});
}

void ApiServer::Metrics(Exchange& exchange, const Snapshot& content) const {
    RequestCounts counts;
    {
        const std::scoped_lock lock(mutex_);
        counts = counts_;
    }
    std::vector<ModelSample> models;
    for (const auto& host : content.content.hosts) {
        models.push_back({host->name(), host->engine().stats(), host->engine().options()});
    }
    RespondText(exchange, 200, "text/plain; version=0.0.4; charset=utf-8",
                RenderMetrics(models, http_->stats(), counts));
}

void ApiServer::Models(Exchange& exchange, const Snapshot& content) const {
    json::array models;
    for (const auto& host : content.content.hosts) {
        for (json::value& model : ListModels(*host, created_)) models.push_back(std::move(model));
    }
    for (const ExtraModel& extra : content.content.extra_models) {
        models.push_back(ExtraModelObject(extra.name, created_));
    }
    for (const ModelAlias& alias : content.content.aliases) {
        models.push_back(ExtraModelObject(alias.name, created_));
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

void ApiServer::SleepOrWake(const std::shared_ptr<Exchange>& exchange, const Snapshot& content,
                            bool sleep) {
    workers_->Post([exchange, &content, sleep] {
        for (const auto& host : content.content.hosts) {
            const auto done = sleep ? host->engine().Sleep() : host->engine().Wake();
            if (!done) return RespondError(*exchange, ToApiError(done.error()));
        }
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
