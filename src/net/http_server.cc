#include "net/http_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

#include "base/check.h"
#include "net/server_connection.h"
#include "telemetry/log.h"

namespace argosy {

namespace asio = boost::asio;
using asio::ip::tcp;
using internal::ErrorCodeAsio;
using internal::ServerConnection;

namespace {

constexpr auto kUse = asio::as_tuple(asio::use_awaitable);

/// An io_context, its one thread and the connections that live on it.
struct Loop {
    asio::io_context context{1};
    std::set<ServerConnection*> connections;  // touched on the thread only
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
    std::thread thread;
};

Error BindError(const ListenAddress& address, const ErrorCodeAsio& error) {
    ErrorCode code = ErrorCode::kInvalidArgument;
    if (error == asio::error::address_in_use) code = ErrorCode::kUnavailable;
    if (error == asio::error::access_denied) code = ErrorCode::kPermissionDenied;
    return {code,
            fmt::format("cannot listen on {}:{}: {}", address.host, address.port, error.message()),
            {}};
}

}  // namespace

class HttpServer::Impl {
  public:
    Impl(ServerOptions options, Handler handler) {
        shared_.options = std::move(options);
        shared_.handler = std::move(handler);
        unsigned threads = shared_.options.threads;
        if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
        for (unsigned i = 0; i < threads; ++i) loops_.push_back(std::make_unique<Loop>());
    }

    Result<void> Start();
    Result<void> LoadTls();
    Result<void> Listen(const ListenAddress& address);
    asio::awaitable<void> AcceptLoop(tcp::acceptor& acceptor);
    void Adopt(Loop& loop, tcp::socket socket);
    void CloseAcceptors();
    /// Runs a function for every connection, on its own thread, without waiting.
    void ForEach(void (ServerConnection::*function)());
    void Stop();

    internal::ServerShared shared_;
    std::vector<std::unique_ptr<Loop>> loops_;
    std::vector<std::unique_ptr<tcp::acceptor>> acceptors_;  // on loop 0's thread once started
    std::vector<uint16_t> ports_;
    size_t next_loop_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> started_{false};
    std::mutex stop_mutex_;
    std::mutex tls_mutex_;
    std::shared_ptr<asio::ssl::context> tls_;  // GUARDED_BY(tls_mutex_)
};

Result<void> HttpServer::Impl::LoadTls() {
    const ServerOptions& options = shared_.options;
    if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
        return Err(ErrorCode::kInvalidArgument,
                   "TLS needs both a certificate file and a key file; one is missing");
    }
    if (options.tls_certificate_file.empty()) return {};
    ARGOSY_TRY(auto context,
               internal::ServerTlsContext(options.tls_certificate_file, options.tls_key_file));
    const std::lock_guard lock(tls_mutex_);
    tls_ = std::move(context);
    return {};
}

Result<void> HttpServer::Impl::Listen(const ListenAddress& address) {
    ErrorCodeAsio error;
    tcp::resolver resolver(loops_[0]->context);
    const std::string host = address.host.empty() ? "::" : address.host;
    const auto found =
        resolver.resolve(host, std::to_string(address.port),
                         tcp::resolver::passive | tcp::resolver::address_configured, error);
    const auto numeric = asio::ip::make_address(host, error);
    tcp::endpoint endpoint(numeric, address.port);
    if (error) {
        if (found.empty()) {
            return Err(ErrorCode::kInvalidArgument, "cannot listen on '{}': no such address", host);
        }
        endpoint = found.begin()->endpoint();
    }
    auto acceptor = std::make_unique<tcp::acceptor>(loops_[0]->context);
    acceptor->open(endpoint.protocol(), error);
    if (error && address.host.empty()) {  // a machine without IPv6
        endpoint = tcp::endpoint(tcp::v4(), address.port);
        acceptor->open(endpoint.protocol(), error);
    }
    if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && address.host.empty() && endpoint.protocol() == tcp::v6()) {
        acceptor->set_option(asio::ip::v6_only(false), error);
    }
    if (!error) acceptor->bind(endpoint, error);
    if (!error) acceptor->listen(1024, error);
    if (error) return std::unexpected(BindError(address, error));
    ports_.push_back(acceptor->local_endpoint(error).port());
    acceptors_.push_back(std::move(acceptor));
    return {};
}

Result<void> HttpServer::Impl::Start() {
    ARGOSY_CHECK(!started_.load());
    ARGOSY_CHECK_OK(LoadTls());
    for (const ListenAddress& address : shared_.options.listen) ARGOSY_CHECK_OK(Listen(address));
    started_ = true;
    for (auto& acceptor : acceptors_) {
        asio::co_spawn(loops_[0]->context, AcceptLoop(*acceptor), asio::detached);
    }
    for (auto& loop : loops_) {
        loop->guard.emplace(loop->context.get_executor());
        loop->thread = std::thread([&context = loop->context] { context.run(); });
    }
    return {};
}

asio::awaitable<void> HttpServer::Impl::AcceptLoop(tcp::acceptor& acceptor) {
    while (acceptor.is_open()) {
        Loop& loop = *loops_[next_loop_++ % loops_.size()];
        auto [error, socket] = co_await acceptor.async_accept(loop.context, kUse);
        if (!acceptor.is_open()) break;
        if (error) {
            // Mostly EMFILE: wait for connections to end rather than spin.
            log::Warn("cannot accept a connection", {{"error", error.message()}});
            asio::steady_timer pause(loops_[0]->context, std::chrono::milliseconds(100));
            (void)co_await pause.async_wait(kUse);
            continue;
        }
        shared_.accepted.fetch_add(1);
        auto held = std::make_shared<tcp::socket>(std::move(socket));
        asio::post(loop.context, [this, &loop, held] { Adopt(loop, std::move(*held)); });
    }
}

void HttpServer::Impl::Adopt(Loop& loop, tcp::socket socket) {
    if (stopping_.load()) return;
    std::shared_ptr<asio::ssl::context> tls;
    {
        const std::lock_guard lock(tls_mutex_);
        tls = tls_;
    }
    if (shared_.connections.load() >= shared_.options.max_connections) {
        static constexpr std::string_view kFull =
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
            "Content-Length: 0\r\n\r\n";
        ErrorCodeAsio ignored;
        socket.non_blocking(true, ignored);
        if (!tls) socket.write_some(asio::buffer(kFull), ignored);
        return;
    }
    std::make_shared<ServerConnection>(std::move(socket), std::move(tls), shared_, loop.connections)
        ->Start();
}

void HttpServer::Impl::CloseAcceptors() {
    asio::post(loops_[0]->context, [this] {
        ErrorCodeAsio ignored;
        for (auto& acceptor : acceptors_) acceptor->close(ignored);
    });
}

void HttpServer::Impl::ForEach(void (ServerConnection::*function)()) {
    for (auto& loop : loops_) {
        asio::post(loop->context, [&connections = loop->connections, function] {
            // The function may end a connection, which takes itself out of the set.
            std::vector<std::shared_ptr<ServerConnection>> held;
            for (ServerConnection* connection : connections) {
                if (auto alive = connection->weak_from_this().lock()) held.push_back(alive);
            }
            for (const auto& connection : held) ((*connection).*function)();
        });
    }
}

void HttpServer::Impl::Stop() {
    const std::lock_guard lock(stop_mutex_);
    if (!started_.load() || stopping_.load()) return;
    shared_.draining = true;
    CloseAcceptors();
    stopping_ = true;
    ForEach(&ServerConnection::Abort);
    // The contexts end by themselves: with its socket closed, every coroutine runs to its end.
    for (auto& loop : loops_) loop->guard.reset();
    for (auto& loop : loops_) loop->thread.join();
}

HttpServer::HttpServer(ServerOptions options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}
HttpServer::~HttpServer() { impl_->Stop(); }
Result<void> HttpServer::Start() { return impl_->Start(); }
uint16_t HttpServer::port(size_t i) const { return impl_->ports_.at(i); }
Result<void> HttpServer::ReloadTls() { return impl_->LoadTls(); }
bool HttpServer::draining() const { return impl_->shared_.draining.load(); }
void HttpServer::Stop() { impl_->Stop(); }

bool HttpServer::Drain(std::chrono::milliseconds deadline) {
    internal::ServerShared& shared = impl_->shared_;
    bool quiet = true;
    if (impl_->started_.load() && !impl_->stopping_.load()) {
        shared.draining = true;
        impl_->CloseAcceptors();
        impl_->ForEach(&ServerConnection::Wake);
        std::unique_lock lock(shared.mutex);
        quiet = shared.quiet.wait_for(lock, deadline, [&] { return shared.busy == 0; });
    }
    Stop();
    return quiet;
}

ServerStats HttpServer::stats() const {
    const internal::ServerShared& shared = impl_->shared_;
    return {shared.connections.load(), shared.in_flight.load(), shared.accepted.load(),
            shared.requests.load(), shared.disconnects.load()};
}

}  // namespace argosy
