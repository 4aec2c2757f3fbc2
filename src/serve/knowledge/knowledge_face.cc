#include "serve/knowledge/knowledge_face.h"

#include <algorithm>
#include <stop_token>
#include <utility>

#include "serve/face_work.h"
#include "serve/knowledge/ingest_reply.h"
#include "serve/knowledge/knowledge_request.h"
#include "serve/knowledge/snapshot_reply.h"
#include "serve/respond.h"

namespace argosy::serve {

using retrieval::KnowledgeBase;
using ExchangePtr = std::shared_ptr<Exchange>;

namespace {

void RespondFailed(Exchange& exchange, const Error& error) {
    RespondError(exchange, ToApiError(error));
}

// A request's body; one without any is an empty object.
Result<json::object> ReadBody(const Exchange& exchange) {
    const std::string& text = exchange.request().body;
    if (text.empty()) return json::object();
    ARGOSY_TRY(json::value body, ParseJson(text));
    if (body.is_object()) return std::move(body.as_object());
    return Err(ErrorCode::kInvalidArgument, "the request's body must be a JSON object");
}

bool WantsStream(const Exchange& exchange) {
    return exchange.request().Query("stream").value_or("") != "false";
}

json::object StatusJson(const KnowledgeEntry& entry) {
    json::object status = entry.base->Status().ToJson();
    status["store"] = entry.store;
    status["declared"] = entry.declared;
    return status;
}

// A source that a caller names: a declared one as it was declared, else an address of the web. A
// path would read this machine's files, a bucket would be read with this machine's credentials.
Result<retrieval::SourceOptions> SourceNamed(const KnowledgeBase& base, const std::string& uri) {
    const auto& declared = base.options().sources;
    const auto found = std::ranges::find(declared, uri, &retrieval::SourceOptions::uri);
    if (found != declared.end()) return *found;
    if (uri.starts_with("https://") || uri.starts_with("http://")) {
        return retrieval::SourceOptions{.uri = uri, .load = base.options().uploads};
    }
    return Err(ErrorCode::kInvalidArgument,
               "'uri': '{}' is neither an http(s):// address nor a source of '{}'; a file is "
               "uploaded to .../documents?filename=",
               uri, base.name());
}

}  // namespace

class KnowledgeFace::Impl {
  public:
    Impl(std::shared_ptr<KnowledgeSet> set, KnowledgeFaceOptions options)
        : set_(std::move(set)),
          options_(std::move(options)),
          work_(std::max(options_.workers, 1U), options_.max_waiting),
          ingest_work_(std::max(options_.ingest_workers, 1U), options_.max_waiting) {}

    std::vector<ExtraRoute> Routes();

  private:
    // What a route does, on a worker, with the knowledge base that it names.
    using Work = void (Impl::*)(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    Handler Named(FaceWork& work, Work what);
    Handler Unnamed(std::function<void(const ExchangePtr&)> what);
    void Post(FaceWork& work, const ExchangePtr& exchange,
              std::function<void(std::stop_token)> what);

    void List(Exchange& exchange) const;
    void Create(Exchange& exchange);
    void Show(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    void Delete(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    void Upload(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    void Documents(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    void DeleteDocument(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    void Search(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    void Ingest(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    void Snapshot(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);
    void Restore(const KnowledgeEntry&, const ExchangePtr&, std::stop_token);

    const std::shared_ptr<KnowledgeSet> set_;
    const KnowledgeFaceOptions options_;
    FaceWork work_, ingest_work_;  // end first
};

void KnowledgeFace::Impl::Post(FaceWork& work, const ExchangePtr& exchange,
                               std::function<void(std::stop_token)> what) {
    if (work.Post(exchange, std::move(what))) return;
    RespondError(*exchange, FromStatus(429, "too many requests about knowledge bases are waiting"));
}

Handler KnowledgeFace::Impl::Named(FaceWork& work, Work what) {
    return [this, &work, what](const ExchangePtr& exchange) {
        auto entry = set_->Find(std::string(exchange->request().Param("name")));
        if (!entry) {
            ApiError error = ToApiError(entry.error());
            error.code = "knowledge_base_not_found";
            return RespondError(*exchange, error);
        }
        Post(work, exchange,
             [this, what, exchange, entry = std::move(*entry)](std::stop_token stop) {
                 if (!stop.stop_requested()) (this->*what)(entry, exchange, std::move(stop));
             });
    };
}

Handler KnowledgeFace::Impl::Unnamed(std::function<void(const ExchangePtr&)> what) {
    return [this, what = std::move(what)](const ExchangePtr& exchange) {
        Post(work_, exchange, [what, exchange](const std::stop_token&) { what(exchange); });
    };
}

std::vector<ExtraRoute> KnowledgeFace::Impl::Routes() {
    const std::string all = "/v1/knowledge_bases";
    const std::string one = all + "/{name}";
    return {
        {"GET", all, Unnamed([this](const ExchangePtr& exchange) { List(*exchange); })},
        {"PUT", one, Unnamed([this](const ExchangePtr& exchange) { Create(*exchange); })},
        {"GET", one, Named(work_, &Impl::Show)},
        {"DELETE", one, Named(ingest_work_, &Impl::Delete)},
        {"POST", one + "/documents", Named(ingest_work_, &Impl::Upload)},
        {"GET", one + "/documents", Named(work_, &Impl::Documents)},
        {"DELETE", one + "/documents/{id}", Named(ingest_work_, &Impl::DeleteDocument)},
        {"POST", one + "/search", Named(work_, &Impl::Search)},
        {"POST", one + "/ingest", Named(ingest_work_, &Impl::Ingest)},
        {"GET", one + "/snapshot", Named(ingest_work_, &Impl::Snapshot)},
        {"POST", one + "/restore", Named(ingest_work_, &Impl::Restore)},
    };
}

void KnowledgeFace::Impl::List(Exchange& exchange) const {
    json::array data;
    for (const KnowledgeEntry& entry : set_->All()) data.push_back(StatusJson(entry));
    RespondJson(exchange, 200, json::object{{"object", "list"}, {"data", std::move(data)}});
}

void KnowledgeFace::Impl::Show(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                               std::stop_token) {
    RespondJson(*exchange, 200, StatusJson(entry));
}

void KnowledgeFace::Impl::Create(Exchange& exchange) {
    if (!options_.create) {
        return RespondError(exchange, FromStatus(501, "no knowledge base can be made here"));
    }
    const std::string name(exchange.request().Param("name"));
    if (set_->Find(name)) {
        return RespondError(exchange,
                            FromStatus(409, fmt::format("There is a knowledge base '{}'", name)));
    }
    const auto body = ReadBody(exchange);
    if (!body) return RespondFailed(exchange, body.error());
    auto options = ParseKnowledgeBase(name, *body);
    if (!options) return RespondError(exchange, options.error());
    auto entry = options_.create(std::move(*options));
    if (!entry) return RespondFailed(exchange, entry.error());
    entry->declared = false;
    if (const auto added = set_->Add(*entry); !added) {
        return RespondFailed(exchange, added.error());
    }
    RespondJson(exchange, 201, StatusJson(*entry));
}

void KnowledgeFace::Impl::Delete(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                                 std::stop_token) {
    const std::string name = entry.base->name();
    if (entry.declared) {
        return RespondError(*exchange,
                            FromStatus(409, fmt::format("'{}' is declared in the application's "
                                                        "file; take it out there",
                                                        name)));
    }
    if (const auto dropped = entry.base->Drop(); !dropped) {
        return RespondFailed(*exchange, dropped.error());
    }
    set_->Remove(name);
    if (options_.deleted) options_.deleted(name);
    RespondJson(*exchange, 200, json::object{{"name", name}, {"deleted", true}});
}

void KnowledgeFace::Impl::Upload(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                                 std::stop_token stop) {
    const ServerRequest& request = exchange->request();
    const std::string filename(request.Query("filename").value_or(""));
    if (request.body.size() > options_.max_upload_bytes) {
        return RespondError(*exchange, FromStatus(413, fmt::format("a file may have {} bytes",
                                                                   options_.max_upload_bytes)));
    }
    IngestReply reply(exchange, WantsStream(*exchange));
    const auto progress = [&reply](const auto& at) { reply.Progress(at); };
    reply.Finish(entry.base->IngestFile(filename, request.body, progress, std::move(stop)));
}

void KnowledgeFace::Impl::Ingest(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                                 std::stop_token stop) {
    const auto body = ReadBody(*exchange);
    if (!body) return RespondFailed(*exchange, body.error());
    const json::value* uri = body->if_contains("uri");
    if (uri != nullptr && !uri->is_string()) {
        return RespondError(*exchange, FromStatus(400, "'uri' must be a text"));
    }
    IngestReply reply(exchange, WantsStream(*exchange));
    const auto progress = [&reply](const auto& at) { reply.Progress(at); };
    if (uri == nullptr) return reply.Finish(entry.base->Ingest(progress, std::move(stop)));
    const auto source = SourceNamed(*entry.base, std::string(uri->as_string()));
    if (!source) return RespondFailed(*exchange, source.error());
    reply.Finish(entry.base->IngestSource(*source, progress, std::move(stop)));
}

void KnowledgeFace::Impl::Documents(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                                    std::stop_token) {
    const auto page = ParsePage(exchange->request());
    if (!page) return RespondError(*exchange, page.error());
    const auto documents = entry.base->Documents(page->limit, page->after);
    if (!documents) return RespondFailed(*exchange, documents.error());
    RespondJson(*exchange, 200, documents->ToJson());
}

void KnowledgeFace::Impl::DeleteDocument(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                                         std::stop_token) {
    const std::string id(exchange->request().Param("id"));
    const auto deleted = entry.base->DeleteDocument(id);
    if (!deleted) return RespondFailed(*exchange, deleted.error());
    if (!*deleted) {
        return RespondError(*exchange,
                            FromStatus(404, fmt::format("There is no document '{}' in '{}'", id,
                                                        entry.base->name())));
    }
    RespondJson(*exchange, 200, json::object{{"id", id}, {"deleted", true}});
}

void KnowledgeFace::Impl::Search(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                                 std::stop_token) {
    const auto body = ReadBody(*exchange);
    if (!body) return RespondFailed(*exchange, body.error());
    const auto query = ParseKnowledgeQuery(*body);
    if (!query) return RespondError(*exchange, query.error());
    const auto begin = std::chrono::steady_clock::now();
    const auto found = entry.base->Search(query->query, query->limit, query->filter);
    if (!found) return RespondFailed(*exchange, found.error());
    RespondJson(*exchange, 200, FoundJson(*found, std::chrono::steady_clock::now() - begin));
}

void KnowledgeFace::Impl::Snapshot(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                                   std::stop_token stop) {
    ReplyWithSnapshot(*entry.base, *exchange, stop);
}

void KnowledgeFace::Impl::Restore(const KnowledgeEntry& entry, const ExchangePtr& exchange,
                                  std::stop_token) {
    const auto restored = RestoreFrom(*entry.base, exchange->request().body);
    if (!restored) return RespondFailed(*exchange, restored.error());
    RespondJson(*exchange, 200, StatusJson(entry));
}

KnowledgeFace::KnowledgeFace(std::shared_ptr<KnowledgeSet> set, KnowledgeFaceOptions options)
    : impl_(std::make_unique<Impl>(std::move(set), std::move(options))) {}

KnowledgeFace::~KnowledgeFace() = default;

std::vector<ExtraRoute> KnowledgeFace::Routes() { return impl_->Routes(); }

void KnowledgeFace::AddTo(Router& router) {
    std::vector<ExtraRoute> routes = Routes();
    for (ExtraRoute& route : routes) {
        router.Add(route.method, route.pattern,
                   [handler = std::move(route.handler)](const ExchangePtr& exchange) {
                       AssignRequestId(*exchange);
                       handler(exchange);
                   });
    }
}

}  // namespace argosy::serve
