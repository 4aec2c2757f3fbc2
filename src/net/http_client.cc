#include "net/http_client.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <vector>

#include "net/client_call.h"

namespace argosy {

namespace asio = boost::asio;
using internal::ClientCall;
using internal::ClientLoop;

class HttpClient::Impl {
  public:
    explicit Impl(ClientOptions options) : options_(std::move(options)) {
        for (unsigned i = 0; i < std::max(1u, options_.threads); ++i) {
            threads_.push_back(std::make_unique<Thread>(options_));
        }
    }

    ~Impl() {
        for (auto& thread : threads_) {
            asio::post(thread->loop.context, [&loop = thread->loop] {
                loop.pool.Clear();
                const auto calls = loop.calls;  // Fail may end calls, which leave the set
                for (const auto& call : calls) {
                    call->Fail({ErrorCode::kCancelled, "the client is closing", {}});
                }
            });
            thread->guard.reset();
        }
        // Each context ends when its calls have ended.
        for (auto& thread : threads_) thread->thread.join();
        for (auto& thread : threads_) thread->loop.pool.Clear();
    }

    std::shared_ptr<HttpCall> Start(HttpRequest request, HttpCallbacks callbacks) {
        ClientLoop& loop = threads_[next_.fetch_add(1) % threads_.size()]->loop;
        auto call = std::make_shared<ClientCall>(loop, std::move(request), std::move(callbacks));
        std::shared_ptr<HttpCall> handle = call->handle();
        asio::post(loop.context, [call = std::move(call)] { call->Start(); });
        return handle;
    }

  private:
    struct Thread {
        explicit Thread(const ClientOptions& options)
            : loop(options), guard(loop.context.get_executor()) {
            thread = std::thread([this] { loop.context.run(); });
        }
        ClientLoop loop;
        asio::executor_work_guard<asio::io_context::executor_type> guard;
        std::thread thread;
    };

    const ClientOptions options_;
    std::vector<std::unique_ptr<Thread>> threads_;
    std::atomic<size_t> next_{0};
};

HttpClient::HttpClient(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;

std::shared_ptr<HttpCall> HttpClient::Start(HttpRequest request, HttpCallbacks callbacks) {
    return impl_->Start(std::move(request), std::move(callbacks));
}

Result<HttpResponse> HttpClient::Fetch(HttpRequest request) {
    return FetchStream(std::move(request), nullptr, nullptr);
}

Result<HttpResponse> HttpClient::FetchStream(HttpRequest request,
                                             std::function<bool(const HttpResponse&)> on_head,
                                             std::function<bool(std::string_view)> on_data) {
    auto promise = std::make_shared<std::promise<Result<HttpResponse>>>();
    auto future = promise->get_future();
    Start(std::move(request),
          {std::move(on_head), std::move(on_data),
           [promise](Result<HttpResponse> result) { promise->set_value(std::move(result)); }});
    return future.get();
}

}  // namespace argosy
