#include "retrieval/face/qdrant_face.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/worker_pool.h"
#include "retrieval/face/face_routes.h"
#include "telemetry/log.h"

namespace argosy::retrieval {

namespace {

using ExchangePtr = std::shared_ptr<Exchange>;
using Clock = std::chrono::steady_clock;

// Whose API this is: clients warn where it is far from their own.
constexpr const char* kApiVersion = "1.19.0";

double Seconds(Clock::time_point since) {
    return std::chrono::duration<double>(Clock::now() - since).count();
}

int StatusOf(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
        case ErrorCode::kUnsupported:
        case ErrorCode::kCorrupt:
            return 400;
        case ErrorCode::kUnauthenticated:
            return 401;
        case ErrorCode::kPermissionDenied:
            return 403;
        case ErrorCode::kNotFound:
            return 404;
        case ErrorCode::kAlreadyExists:
            return 409;
        case ErrorCode::kResourceExhausted:
        case ErrorCode::kUnavailable:
            return 503;
        default:
            return 500;
    }
}

void RespondJson(Exchange& exchange, int status, const json::object& body) {
    exchange.Respond(status, {{"Content-Type", "application/json"}}, json::serialize(body));
}

void RespondError(Exchange& exchange, const Error& error, Clock::time_point since) {
    const bool plain = error.code == ErrorCode::kInvalidArgument;
    const std::string text = (plain ? "Wrong input: " : "") + error.ToString();
    RespondJson(exchange, StatusOf(error.code),
                {{"status", {{"error", text}}}, {"time", Seconds(since)}});
}

Result<json::object> BodyOf(const ServerRequest& request) {
    const bool form = request.headers.Get("Content-Type").starts_with("multipart/");
    if (request.body.empty() || form) return json::object();
    auto body = ParseJson(request.body);
    if (!body) {
        return Err(ErrorCode::kInvalidArgument, "Format error in JSON body: {}",
                   body.error().ToString());
    }
    if (body->is_object()) return std::move(body->get_object());
    return Err(ErrorCode::kInvalidArgument, "Format error in JSON body: an object is needed");
}

// Takes as long for any key of the right length.
bool SameKey(std::string_view given, std::string_view right) {
    if (given.size() != right.size()) return false;
    unsigned different = 0;
    for (size_t i = 0; i < right.size(); ++i) {
        different |= static_cast<unsigned char>(given[i] ^ right[i]);
    }
    return different == 0;
}

}  // namespace

class QdrantFace::Impl {
  public:
    Impl(Store& store, FaceOptions options)
        : options_(std::move(options)),
          state_(store, options_.snapshots),
          pool_(std::max(1U, options_.workers)) {}

    bool MayPass(const ServerRequest& request) const {
        const std::string_view right = options_.api_key;
        return right.empty() || SameKey(request.headers.Get("api-key"), right) ||
               SameKey(request.BearerToken(), right);
    }

    /// Runs it on a worker, after the key was looked at.
    template <typename Work>
    void Start(const ExchangePtr& exchange, Work work) {
        const Clock::time_point since = Clock::now();
        if (!MayPass(exchange->request())) {
            return RespondError(*exchange,
                                {ErrorCode::kUnauthenticated,
                                 "Must provide an API key or an Authorization bearer token",
                                 {}},
                                since);
        }
        if (++waiting_ > options_.workers + options_.max_waiting) {
            --waiting_;
            return RespondError(*exchange, {ErrorCode::kUnavailable, "too many requests", {}},
                                since);
        }
        pool_.Post([this, exchange, since, work = std::move(work)] {
            try {
                work(state_, exchange, since);
            } catch (const std::exception& e) {  // this request's end; the exchange answers 500
                log::Error("a request of Qdrant's API failed", {{"error", e.what()}});
            }
            --waiting_;
        });
    }

  private:
    const FaceOptions options_;
    face::FaceState state_;
    std::atomic<size_t> waiting_ = 0;
    WorkerPool pool_;  // ends first
};

QdrantFace::QdrantFace(Store& store, FaceOptions options)
    : impl_(std::make_unique<Impl>(store, std::move(options))) {}

QdrantFace::~QdrantFace() = default;

namespace {

void Run(const face::FaceRoute& route, face::FaceState& state, Exchange& exchange,
         Clock::time_point since) {
    const auto body = BodyOf(exchange.request());
    if (!body) return RespondError(exchange, body.error(), since);
    auto result = route.run(state, exchange.request(), *body);
    if (!result) return RespondError(exchange, result.error(), since);
    RespondJson(exchange, 200,
                {{"result", std::move(*result)}, {"status", "ok"}, {"time", Seconds(since)}});
}

void Download(face::FaceState& state, Exchange& exchange, Clock::time_point since) {
    const ServerRequest& request = exchange.request();
    auto bytes = state.ReadSnapshot(std::string(request.Param("name")),
                                    std::string(request.Param("snapshot")));
    if (!bytes) return RespondError(exchange, bytes.error(), since);
    exchange.Respond(200, {{"Content-Type", "application/octet-stream"}}, std::move(*bytes));
}

Handler Text(std::string text) {
    return [text = std::move(text)](const ExchangePtr& exchange) {
        exchange->Respond(200, {{"Content-Type", "text/plain"}}, text);
    };
}

}  // namespace

void QdrantFace::AddTo(Router& router) {
    Impl* impl = impl_.get();
    for (auto make : {&face::CollectionRoutes, &face::PointRoutes, &face::SnapshotRoutes}) {
        for (face::FaceRoute& route : make()) {
            const std::string method = route.method, pattern = route.pattern;
            router.Add(method, pattern, [impl, route](const ExchangePtr& exchange) {
                impl->Start(exchange,
                            [route](face::FaceState& state, const ExchangePtr& asked,
                                    Clock::time_point since) { Run(route, state, *asked, since); });
            });
        }
    }
    router.Add(
        "GET", "/collections/{name}/snapshots/{snapshot}", [impl](const ExchangePtr& exchange) {
            impl->Start(exchange, [](face::FaceState& state, const ExchangePtr& asked,
                                     Clock::time_point since) { Download(state, *asked, since); });
        });
    router.Add("GET", "/", [](const ExchangePtr& exchange) {
        RespondJson(*exchange, 200,
                    {{"title", "argosy - Qdrant's REST API"}, {"version", kApiVersion}});
    });
    router.Add("GET", "/healthz", Text("healthz check passed"));
    router.Add("GET", "/livez", Text("healthz check passed"));
    router.Add("GET", "/readyz", Text("all shards are ready"));
    router.SetNotFound([](const ExchangePtr& exchange) {
        RespondError(*exchange,
                     {ErrorCode::kNotFound,
                      fmt::format("Not found: {} {} is not part of Qdrant's API that this server "
                                  "speaks",
                                  exchange->request().method, exchange->request().path),
                      {}},
                     Clock::now());
    });
}

}  // namespace argosy::retrieval
