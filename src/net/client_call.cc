#include "net/client_call.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/base64.h"
#include "net/proxy.h"

namespace argosy::internal {

namespace {

constexpr size_t kMaxDroppedBytes = 64 << 10;

bool IsIdempotent(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
           method == "OPTIONS";
}

bool HasNoLine(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

ClientCall::ClientCall(ClientLoop& loop, HttpRequest request, HttpCallbacks callbacks)
    : loop_(loop),
      request_(std::move(request)),
      callbacks_(std::move(callbacks)),
      resolver_(loop.context),
      connecting_(loop.context),
      guard_timer_(loop.context),
      total_timer_(loop.context),
      handle_(std::make_shared<CallHandle>(*this)) {}

void ClientCall::Start() {
    loop_.calls.insert(shared_from_this());
    if (request_.total_timeout.count() > 0) {
        total_timer_.expires_after(request_.total_timeout);
        total_timer_.async_wait([weak = weak_from_this()](const ErrorCodeAsio& error) {
            const auto self = weak.lock();
            if (error || !self) return;
            self->Fail({ErrorCode::kDeadlineExceeded, "the call passed its time limit", {}});
        });
    }
    asio::co_spawn(loop_.context, Run(), asio::detached);
}

void CallHandle::Cancel() {
    const std::lock_guard lock(mutex_);
    if (call_ != nullptr) call_->PostCancel();
}

void CallHandle::Detach() {
    const std::lock_guard lock(mutex_);
    call_ = nullptr;
}

void ClientCall::PostCancel() {
    asio::post(loop_.context, [self = shared_from_this()] {
        self->Fail({ErrorCode::kCancelled, "the call was cancelled", {}});
    });
}

void ClientCall::Fail(Error error) {
    if (failure_) return;
    failure_ = std::move(error);
    resolver_.cancel();
    ErrorCodeAsio ignored;
    connecting_.close(ignored);
    if (transport_) transport_->Close();
}

void ClientCall::ArmGuard(std::chrono::milliseconds time, const char* what) {
    guard_timer_.expires_after(time);
    guard_timer_.async_wait([weak = weak_from_this(), guard = ++guard_, time,
                             what](const ErrorCodeAsio& error) {
        const auto self = weak.lock();
        if (error || !self || self->guard_ != guard) return;
        self->Fail(
            {ErrorCode::kDeadlineExceeded,
             fmt::format("{} {}: nothing within {} ms", what, self->url_.Authority(), time.count()),
             {}});
    });
}

std::unexpected<Error> ClientCall::IoError(const char* what, const ErrorCodeAsio& error) const {
    if (failure_) return std::unexpected(*failure_);
    return Err(ErrorCode::kUnavailable, "{} {}: {}", what, url_.Authority(), error.message());
}

asio::awaitable<void> ClientCall::Run() {
    const auto self = shared_from_this();
    Result<HttpResponse> result = co_await Follow();
    ++guard_;
    guard_timer_.cancel();
    total_timer_.cancel();
    transport_.reset();
    const HttpCallbacks callbacks = std::move(callbacks_);
    callbacks_ = {};
    handle_->Detach();
    loop_.calls.erase(self);
    callbacks.on_end(std::move(result));
}

Result<void> ClientCall::Prepare() {
    ARGOSY_TRY(url_, ParseUrl(request_.url));
    if (url_.scheme != "http" && url_.scheme != "https") {
        return Err(ErrorCode::kInvalidArgument, "cannot fetch {}://; only http and https",
                   url_.scheme);
    }
    if (request_.method.empty() || request_.method.find_first_of(" \t\r\n") != std::string::npos) {
        return Err(ErrorCode::kInvalidArgument, "bad HTTP method '{}'", request_.method);
    }
    for (const Header& field : request_.headers) {
        if (!HasNoLine(field.name) || !HasNoLine(field.value)) {
            return Err(ErrorCode::kInvalidArgument, "the header {} holds a line break",
                       HasNoLine(field.name) ? field.name : "name");
        }
    }
    proxy_.reset();
    if (loop_.options.use_proxy_environment) {
        ARGOSY_TRY(proxy_, ProxyFor(url_, ProcessEnvironment));
    }
    pool_key_ = fmt::format("{}://{}:{} {}", url_.scheme, url_.host, url_.port,
                            proxy_ ? proxy_->ToString(true) : "");
    return {};
}

asio::awaitable<Result<HttpResponse>> ClientCall::Follow() {
    while (true) {
        if (auto ok = Prepare(); !ok) co_return std::unexpected(std::move(ok.error()));
        Result<HttpResponse> response = co_await Exchange();
        if (!response) co_return response;
        if (!IsRedirect(response->status)) co_return response;
        if (auto ok = Redirect(*response); !ok) co_return std::unexpected(std::move(ok.error()));
    }
}

bool ClientCall::IsRedirect(int status) const {
    return request_.max_redirects > 0 &&
           (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

Result<void> ClientCall::Redirect(const HttpResponse& response) {
    if (++redirects_ > request_.max_redirects) {
        return Err(ErrorCode::kUnavailable, "more than {} redirects, last by {}",
                   request_.max_redirects, url_.Authority());
    }
    const std::string* location = response.headers.Find("Location");
    if (location == nullptr) {
        return Err(ErrorCode::kCorrupt, "{} answered {} without a Location", url_.Authority(),
                   response.status);
    }
    ARGOSY_TRY(Url next, ResolveUrl(url_, *location));
    if (!next.SameOrigin(url_)) {
        request_.headers.Remove("Authorization");
        request_.headers.Remove("Cookie");
    } else if (next.user_info.empty()) {
        next.user_info = url_.user_info;
    }
    const bool to_get = (response.status == 303 && request_.method != "HEAD") ||
                        (response.status <= 302 && request_.method == "POST");
    if (to_get) {
        request_.method = "GET";
        request_.body.clear();
        request_.headers.Remove("Content-Type");
    }
    next.fragment.clear();
    request_.url = next.ToString(true);
    return {};
}

std::string ClientCall::RequestHead() const {
    // A plain request through a proxy has the absolute form (RFC 9112 3.2.2).
    const bool absolute = proxy_ && url_.scheme == "http";
    std::string out =
        fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", request_.method,
                    absolute ? "http://" + url_.Authority() : "", url_.Target(), url_.Authority());
    const auto add = [&](std::string_view name, std::string_view value) {
        fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
    };
    const auto add_default = [&](std::string_view name, std::string_view value) {
        if (request_.headers.Find(name) == nullptr) add(name, value);
    };
    add_default("User-Agent", loop_.options.user_agent);
    add_default("Accept", "*/*");
    add_default("Accept-Encoding", "identity");
    if (!url_.user_info.empty()) {
        add_default("Authorization",
                    "Basic " + Base64Encode(PercentDecode(url_.user_info).value_or("")));
    }
    if (absolute && !proxy_->user_info.empty()) {
        add("Proxy-Authorization",
            "Basic " + Base64Encode(PercentDecode(proxy_->user_info).value_or("")));
    }
    for (const Header& field : request_.headers) {
        if (!EqualsIgnoreCase(field.name, "Host") &&
            !EqualsIgnoreCase(field.name, "Content-Length") &&
            !EqualsIgnoreCase(field.name, "Transfer-Encoding")) {
            add(field.name, field.value);
        }
    }
    if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT") {
        add("Content-Length", std::to_string(request_.body.size()));
    }
    out += "\r\n";
    return out;
}

// One request and its answer, over a kept connection if there is one.
asio::awaitable<Result<HttpResponse>> ClientCall::Exchange() {
    while (true) {
        transport_ = loop_.pool.Take(pool_key_);
        const bool reused = transport_ != nullptr;
        if (!reused) {
            Result<void> connected = co_await Connect();
            if (!connected) co_return std::unexpected(std::move(connected.error()));
        }
        if (failure_) co_return std::unexpected(*failure_);
        bool got_some = false;
        bool keep = false;
        Result<void> sent = co_await WriteAll(RequestHead());
        Result<HttpResponse> response = std::unexpected(Error{});
        if (sent) {
            response = co_await Receive(&got_some, &keep);
        } else {
            response = std::unexpected(std::move(sent.error()));
        }
        if (response && keep) {
            loop_.pool.Put(pool_key_, std::move(transport_), loop_.options);
        }
        transport_.reset();
        // A kept connection may have been closed by the server just then.
        const bool retry = !response && reused && !got_some && !failure_ &&
                           response.error().code == ErrorCode::kUnavailable &&
                           IsIdempotent(request_.method);
        if (!retry) co_return response;
    }
}

asio::awaitable<Result<void>> ClientCall::ReadMore(MessageParser& parser) {
    char buffer[16 << 10];
    ArmGuard(request_.idle_timeout, "reading from");
    const IoResult got = co_await transport_->ReadSome(asio::buffer(buffer));
    ++guard_;
    if (got.bytes > 0) input_.append(buffer, got.bytes);
    if (failure_) co_return std::unexpected(*failure_);
    if (!got.error) co_return Result<void>();
    const bool ended =
        got.error == asio::error::eof || got.error == asio::ssl::error::stream_truncated;
    if (!ended || !parser.header_done()) co_return IoError("connection lost to", got.error);
    if (!parser.FeedEof()) {
        co_return Err(ErrorCode::kUnavailable, "{} closed the connection in the middle of a body",
                      url_.Authority());
    }
    // A truncated TLS stream could be an attacker's cut (RFC 8446 6.1).
    if (got.error != asio::error::eof) co_return IoError("connection cut by", got.error);
    co_return Result<void>();
}

asio::awaitable<Result<HttpResponse>> ClientCall::Receive(bool* got_some, bool* keep) {
    input_.clear();
    body_.clear();
    dropping_ = false;
    dropped_bytes_ = 0;
    MessageLimits limits{loop_.options.max_header_bytes, UINT64_MAX};
    auto make = [&] {
        return std::make_unique<MessageParser>(
            MessageParser::Kind::kResponse, limits,
            [this](std::string_view bytes) { return OnBody(bytes); }, request_.method == "HEAD");
    };
    auto parser = make();
    HttpResponse response;
    while (true) {
        const bool had_header = parser->header_done();
        const auto used = parser->Feed(input_, !had_header);
        if (!used) {
            if (failure_) co_return std::unexpected(*failure_);
            // Enough of a redirect's body: what counts is known.
            if (dropping_ && used.error().code == ErrorCode::kCancelled) break;
            co_return At(url_.Authority(), used.error());
        }
        input_.erase(0, *used);
        *got_some = *got_some || parser->got_some();
        if (!had_header && parser->header_done()) {
            const int status = parser->head().status;
            if (status >= 100 && status < 200) {
                parser = make();
                continue;
            }
            MessageHead head = parser->head();
            response = HttpResponse{status, std::move(head.headers), {}, url_.ToString()};
            dropping_ = IsRedirect(status);
            if (!dropping_ && callbacks_.on_head && !callbacks_.on_head(response)) {
                Fail({ErrorCode::kCancelled, "the caller stopped the call", {}});
                co_return std::unexpected(*failure_);
            }
        }
        if (parser->done()) break;
        if (*used > 0 && !input_.empty()) continue;
        Result<void> more = co_await ReadMore(*parser);
        if (!more) co_return std::unexpected(std::move(more.error()));
        if (parser->done()) break;
    }
    *keep = parser->done() && parser->keep_alive() && input_.empty();
    response.body = std::move(body_);
    co_return response;
}

bool ClientCall::OnBody(std::string_view bytes) {
    if (dropping_) {
        dropped_bytes_ += bytes.size();
        return dropped_bytes_ <= kMaxDroppedBytes;
    }
    if (callbacks_.on_data) {
        if (callbacks_.on_data(bytes)) return true;
        Fail({ErrorCode::kCancelled, "the caller stopped the call", {}});
        return false;
    }
    if (body_.size() + bytes.size() > request_.max_body_bytes) {
        Fail({ErrorCode::kResourceExhausted,
              fmt::format("the answer of {} passes {} bytes", url_.Authority(),
                          request_.max_body_bytes),
              {}});
        return false;
    }
    body_ += bytes;
    return true;
}

}  // namespace argosy::internal
