// The OpenAI-compatible server over one ModelHost or several: routes, keys, limits, metrics, drain.
//
//     ApiServer server(*host, options);
//     OrThrow(server.Start());
//     server.Replace(content);  // other models; running requests keep those that they began with
//     server.Drain(30s);        // on SIGTERM
//
// Life of a request: io thread (key, id) -> worker (parse, template, tokens, submit) -> engine's
// thread (events to JSON or SSE) -> io thread (socket). Thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "net/http_server.h"
#include "serve/api_content.h"
#include "serve/api_keys.h"
#include "serve/metrics.h"
#include "serve/model_host.h"
#include "serve/responses_request.h"
#include "serve/retirement.h"
#include "serve/sampling_fields.h"
#include "serve/worker_pool.h"

namespace argosy::serve {

struct ApiOptions {
    ServerOptions http;
    /// Where /v1/load_lora_adapter may load from; empty: not at all.
    std::filesystem::path adapter_dir;
    unsigned workers = 2;
    ApiContent content;
};

class ApiServer {
  public:
    explicit ApiServer(ApiOptions options);
    /// With one more model, which outlives the server.
    ApiServer(ModelHost& host, ApiOptions options);
    ~ApiServer();

    Result<void> Start();
    uint16_t port(size_t i = 0) const { return http_->port(i); }
    /// Certificate and key from their files again.
    Result<void> ReloadTls() { return http_->ReloadTls(); }
    /// From the next request on. What was there before ends with the last request that it answers.
    void Replace(ApiContent content);
    /// Not ready from now on; waits for running requests. True: all ended by themselves.
    bool Drain(std::chrono::milliseconds deadline);
    ServerStats stats() const { return http_->stats(); }

  private:
    /// A content with its routes, fixed for the requests that came while it was the last.
    struct Snapshot;
    using Body = json::object;
    struct Call;
    using BodyHandler = void (ApiServer::*)(const Call& call);

    std::shared_ptr<const Snapshot> Current() const;
    Router MakeRoutes(const Snapshot& content);
    void AddOwnRoutes(Router& router, const Snapshot& content);
    void AddModelRoutes(Router& router, const Snapshot& content);
    void AddOpen(Router& router, std::string method, std::string_view pattern, Handler handler);
    void AddProtected(Router& router, const Snapshot& content, std::string method,
                      std::string_view pattern, Handler handler);
    void AddPost(Router& router, const Snapshot& content, std::string_view pattern, ModelUse use,
                 BodyHandler handler);
    void RunPost(const std::shared_ptr<Exchange>& exchange, const Snapshot& content, ModelUse use,
                 BodyHandler handler);

    void ChatCompletions(const Call& call);
    void Completions(const Call& call);
    void Responses(const Call& call);
    void Embeddings(const Call& call);
    void Rerank(const Call& call);
    void TokenizeText(const Call& call);
    void DetokenizeIds(const Call& call);
    void LoadAdapter(const Call& call);
    void UnloadAdapter(const Call& call);
    void SleepOrWake(const std::shared_ptr<Exchange>& exchange, const Snapshot& content,
                     bool sleep);

    void Ready(Exchange& exchange, const Snapshot& content) const;
    void Models(Exchange& exchange, const Snapshot& content) const;
    void Metrics(Exchange& exchange, const Snapshot& content) const;
    void StoredResponses(Exchange& exchange, bool remove);
    void Count(const AccessRecord& record);

    ApiOptions options_;
    GrammarCache grammars_;
    std::shared_ptr<ResponseStore> responses_ = std::make_shared<ResponseStore>();
    int64_t created_;
    mutable std::mutex mutex_;
    RequestCounts counts_;  // GUARDED_BY(mutex_)
    Retirement retired_;
    std::shared_ptr<const Snapshot> current_;  // GUARDED_BY(mutex_)
    std::unique_ptr<WorkerPool> workers_;
    std::unique_ptr<HttpServer> http_;
};

}  // namespace argosy::serve
