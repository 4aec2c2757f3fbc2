#include "net/server_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/url.h"
#include "telemetry/log.h"

namespace argosy::internal {

namespace {

constexpr auto kUse = asio::as_tuple(asio::use_awaitable);
constexpr size_t kReadBytes = 16 << 10;

}  // namespace

ServerConnection::ServerConnection(asio::ip::tcp::socket socket,
                                   std::shared_ptr<asio::ssl::context> tls, ServerShared& shared,
                                   std::set<ServerConnection*>& registry)
    : transport_(std::move(socket)),
      tls_(std::move(tls)),
      shared_(shared),
      registry_(registry),
      wake_timer_(transport_.executor()),
      gate_timer_(transport_.executor()),
      write_timer_(transport_.executor()) {
    registry_.insert(this);
    shared_.connections.fetch_add(1);
}

ServerConnection::~ServerConnection() {
    registry_.erase(this);
    shared_.connections.fetch_sub(1);
}

void ServerConnection::Start() { asio::co_spawn(transport_.executor(), Run(), asio::detached); }

void ServerConnection::Wake() {
    woken_ = true;
    wake_timer_.cancel();
}

void ServerConnection::Abort() {
    if (aborted_) return;
    aborted_ = true;
    transport_.Close();
    gate_timer_.cancel();
    write_timer_.cancel();
    if (exchange_) exchange_->ClientGone();
    Wake();
}

void ServerConnection::ArmGuard(std::chrono::milliseconds time) {
    write_timer_.expires_after(time);
    write_timer_.async_wait(
        [weak = weak_from_this(), guard = ++guard_](const ErrorCodeAsio& error) {
            const auto self = weak.lock();
            if (!error && self && self->guard_ == guard) self->Abort();
        });
}

void ServerConnection::CancelGuard() {
    ++guard_;
    write_timer_.cancel();
}

void ServerConnection::SetBusy(bool busy) {
    if (busy == busy_) return;
    busy_ = busy;
    const std::lock_guard lock(shared_.mutex);
    shared_.busy += busy ? 1 : -1;
    if (shared_.busy == 0) shared_.quiet.notify_all();
}

asio::awaitable<bool> ServerConnection::WaitUntil(TimePoint deadline) {
    if (!woken_ && !aborted_) {
        wake_timer_.expires_at(deadline);
        (void)co_await wake_timer_.async_wait(kUse);
    }
    const bool woken = woken_ || aborted_;
    woken_ = false;
    co_return woken;
}

// Owns the connection for its whole life; ReadPump holds a second reference.
asio::awaitable<void> ServerConnection::Run() {
    const auto self = shared_from_this();
    peer_ = transport_.Peer();
    if (tls_) {
        ArmGuard(shared_.options.header_timeout);
        const ErrorCodeAsio error = co_await transport_.Accept(tls_);
        CancelGuard();
        if (error) {
            log::Debug("TLS handshake failed", {{"peer", peer_}, {"error", error.message()}});
            Abort();
        }
    }
    if (!aborted_) {
        asio::co_spawn(transport_.executor(), ReadPump(), asio::detached);
        while (co_await ServeOne()) SetBusy(false);
        SetBusy(false);
        if (!aborted_ && !input_ended_) co_await Linger();
    }
    Abort();
}

// The only reader of the socket, so that a client's leaving is seen while its answer is made. It
// stops at a bound of bytes that nobody has parsed yet.
asio::awaitable<void> ServerConnection::ReadPump() {
    const auto self = shared_from_this();
    const size_t bound = shared_.options.max_header_bytes + kReadBytes;
    std::string buffer(kReadBytes, '\0');
    while (!aborted_) {
        if (discard_) input_.clear(), input_used_ = 0;
        if (input_.size() - input_used_ >= bound) {
            gate_timer_.expires_at(TimePoint::max());
            (void)co_await gate_timer_.async_wait(kUse);
            continue;
        }
        const IoResult got = co_await transport_.ReadSome(asio::buffer(buffer));
        if (got.error) {
            OnInputEnd(got.error);
            break;
        }
        if (!discard_) input_.append(buffer, 0, got.bytes);
        Wake();
    }
}

void ServerConnection::OnInputEnd(const ErrorCodeAsio& error) {
    input_ended_ = true;
    input_reset_ = error != asio::error::eof;
    // A FIN alone may be a half-close: an answer that is already whole is still sent.
    if (exchange_ && (input_reset_ || exchange_->alive())) {
        exchange_->ClientGone();
        transport_.Close();
    }
    Wake();
}

Result<size_t> ServerConnection::FeedInput(MessageParser& parser, bool header_only) {
    auto used = parser.Feed(std::string_view(input_).substr(input_used_), header_only);
    if (!used) return used;
    input_used_ += *used;
    if (input_used_ == input_.size()) {
        input_.clear();
        input_used_ = 0;
    } else if (input_used_ > kReadBytes) {
        input_.erase(0, input_used_);
        input_used_ = 0;
    }
    gate_timer_.cancel();
    return used;
}

asio::awaitable<bool> ServerConnection::ReadHeader(MessageParser& parser) {
    const ServerOptions& options = shared_.options;
    const TimePoint idle_deadline = Clock::now() + (options.idle_timeout);
    while (input_.size() == input_used_) {
        if (input_ended_ || aborted_ || shared_.draining.load()) co_return false;
        const bool woken = co_await WaitUntil(idle_deadline);
        if (!woken) co_return false;
    }
    SetBusy(true);
    const TimePoint deadline = Clock::now() + (options.header_timeout);
    while (true) {
        const auto used = FeedInput(parser, true);
        if (!used) co_return co_await RefuseFor(used.error());
        if (parser.header_done()) co_return true;
        if (*used > 0) continue;
        if (input_ended_ || aborted_) co_return false;
        const bool woken = co_await WaitUntil(deadline);
        if (!woken) {
            co_await Refuse(408, "the request's header did not arrive in time", false);
            co_return false;
        }
    }
}

asio::awaitable<bool> ServerConnection::ReadBody(MessageParser& parser) {
    const TimePoint deadline = Clock::now() + (shared_.options.body_timeout);
    bool asked = !parser.expects_continue();
    while (!parser.done()) {
        if (input_.size() > input_used_) {
            const auto used = FeedInput(parser, false);
            if (!used) co_return co_await RefuseFor(used.error());
            if (*used > 0) continue;
        }
        if (input_ended_ || aborted_) co_return false;
        if (input_.size() - input_used_ > shared_.options.max_header_bytes) {
            co_await Refuse(400, "a chunk's header is too long", false);
            co_return false;
        }
        if (!asked) {
            asked = true;
            std::string go = "HTTP/1.1 100 Continue\r\n\r\n";
            const bool sent = co_await WriteAll(std::move(go), std::string(), std::string());
            if (!sent) co_return false;
        }
        const bool woken = co_await WaitUntil(deadline);
        if (!woken) {
            co_await Refuse(408, "the request's body did not arrive in time", false);
            co_return false;
        }
    }
    co_return true;
}

// One request from its first byte to its answer's last. False ends the connection.
asio::awaitable<bool> ServerConnection::ServeOne() {
    const ServerOptions& options = shared_.options;
    body_.clear();
    cors_ = {};
    MessageParser parser(MessageParser::Kind::kRequest,
                         {options.max_header_bytes, options.max_body_bytes},
                         [this](std::string_view bytes) {
                             body_ += bytes;
                             return true;
                         });
    const bool have_header = co_await ReadHeader(parser);
    if (!have_header) co_return false;
    ServerRequest origin;
    origin.method = parser.head().method;
    origin.headers = parser.head().headers;
    cors_ = CorsHeaders(options.cors, origin);
    const bool have_body = co_await ReadBody(parser);
    if (!have_body) co_return false;

    const bool head_request = parser.head().method == "HEAD";
    auto made = MakeRequest(parser.head());
    if (!made) {
        std::string message = "bad request target: " + made.error().message;
        co_await Refuse(400, std::move(message), head_request);
        co_return false;
    }
    co_return co_await Answer(std::move(*made), parser.keep_alive(), parser.head().version);
}

Result<ServerRequest> ServerConnection::MakeRequest(const MessageHead& head) {
    ServerRequest request;
    request.method = head.method;
    request.target = head.target;
    request.headers = head.headers;
    std::string_view target = head.target;
    if (!target.starts_with('/') && target != "*") {
        // The absolute form (RFC 9112 3.2.2), as a client sends it to a proxy.
        ARGOSY_TRY(const Url url, ParseUrl(target));
        request.target = url.Target();
        target = request.target;
    }
    const size_t question = std::min(target.find('?'), target.size());
    ARGOSY_TRY(request.path, PercentDecode(target.substr(0, question)));
    ARGOSY_TRY(request.query, ParseQuery(target.substr(std::min(question + 1, target.size()))));
    request.body = std::move(body_);
    request.peer = peer_;
    request.tls = transport_.tls();
    return request;
}

asio::awaitable<bool> ServerConnection::RefuseFor(Error error) {
    int status = 400;
    if (error.code == ErrorCode::kResourceExhausted) status = error.where == "body" ? 413 : 431;
    if (error.code == ErrorCode::kUnsupported) status = 501;
    co_await Refuse(status, std::move(error.message), false);
    co_return false;
}

}  // namespace argosy::internal
