// The OpenAI-compatible server over one ModelHost: routes, keys, limits, metrics, drain.
//
//     ApiServer server(*host, options);
//     OrThrow(server.Start());
//     server.Drain(30s);   // on SIGTERM
//
// Life of a request: io thread (key, id) -> worker (parse, template, tokens, submit) -> engine's
// thread (events to JSON or SSE) -> io thread (socket). Thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "serve/api_keys.h"
#include "serve/metrics.h"
#include "serve/model_host.h"
#include "serve/responses_request.h"
#include "serve/sampling_fields.h"
#include "serve/worker_pool.h"

namespace argosy::serve {

/// A model beside the host's own: something that answers chats under a name, as an assistant does.
struct ExtraModel {
    std::string name;
    /// Answers POST /v1/chat/completions, whose body is given. Runs on a worker that others wait
    /// for: what takes long is handed over.
    std::function<void(const std::shared_ptr<Exchange>&, const json::object& body)> chat;
};

/// A route beside the API's own, behind the same keys. Runs on an io thread: must not block.
struct ExtraRoute {
    std::string method;
    std::string pattern;
    Handler handler;
};

struct ApiOptions {
    ServerOptions http;
    std::vector<std::string> api_keys;  // none: everybody may call
    /// Where /v1/load_lora_adapter may load from; empty: not at all.
    std::filesystem::path adapter_dir;
    unsigned workers = 2;
    std::vector<ExtraModel> extra_models;
    std::vector<ExtraRoute> extra_routes;
};

class ApiServer {
  public:
    /// `host` outlives the server.
    ApiServer(ModelHost& host, ApiOptions options);
    ~ApiServer();

    Result<void> Start();
    uint16_t port(size_t i = 0) const { return http_->port(i); }
    /// Certificate and key from their files again.
    Result<void> ReloadTls() { return http_->ReloadTls(); }
    /// Not ready from now on; waits for running requests. True: all ended by themselves.
    bool Drain(std::chrono::milliseconds deadline);
    ServerStats stats() const { return http_->stats(); }

  private:
    using Body = json::object;
    using BodyHandler = void (ApiServer::*)(const std::shared_ptr<Exchange>&, const Body&);

    Router MakeRoutes();
    void AddOpen(Router& router, std::string method, std::string_view pattern, Handler handler);
    void AddProtected(Router& router, std::string method, std::string_view pattern,
                      Handler handler);
    void AddPost(Router& router, std::string_view pattern, BodyHandler handler);
    void RunPost(const std::shared_ptr<Exchange>& exchange, BodyHandler handler);

    void ChatCompletions(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void Completions(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void Responses(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void Embeddings(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void Rerank(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void TokenizeText(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void DetokenizeIds(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void LoadAdapter(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void UnloadAdapter(const std::shared_ptr<Exchange>& exchange, const Body& body);
    void SleepOrWake(const std::shared_ptr<Exchange>& exchange, bool sleep);

    void Health(Exchange& exchange) const;
    void Ready(Exchange& exchange) const;
    void Models(Exchange& exchange) const;
    void Metrics(Exchange& exchange) const;
    void StoredResponses(Exchange& exchange, bool remove);
    bool RefuseNonGenerating(Exchange& exchange) const;
    const ExtraModel* FindExtra(const Body& body) const;
    void WakeIfSleeping();
    void Count(const AccessRecord& record);

    ModelHost& host_;
    ApiOptions options_;
    ApiKeys keys_;
    GrammarCache grammars_;
    std::shared_ptr<ResponseStore> responses_ = std::make_shared<ResponseStore>();
    int64_t created_;
    mutable std::mutex mutex_;
    RequestCounts counts_;  // GUARDED_BY(mutex_)
    std::unique_ptr<WorkerPool> workers_;
    std::unique_ptr<HttpServer> http_;
};

}  // namespace argosy::serve
