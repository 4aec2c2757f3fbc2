#include "assistant/memory/redis_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <optional>

#include "net/transport.h"
#include "net/url.h"

namespace argosy::assistant {

namespace {

namespace asio = boost::asio;
using argosy::internal::ErrorCodeAsio;
using argosy::internal::IoResult;
using argosy::internal::Transport;
constexpr auto kUse = asio::as_tuple(asio::use_awaitable);

}  // namespace

Result<RedisAddress> RedisAddress::Parse(const std::string& text) {
    auto url = ParseUrl(text);
    if (!url) return Err(ErrorCode::kInvalidArgument, "the Redis URL cannot be read");
    RedisAddress out;
    if (url->scheme != "redis" && url->scheme != "rediss") {
        return Err(ErrorCode::kInvalidArgument, "a Redis URL begins with redis:// or rediss://");
    }
    out.tls = url->scheme == "rediss";
    out.host = url->host;
    if (url->port != 0) out.port = url->port;
    const size_t colon = url->user_info.find(':');
    const auto decode = [](std::string_view part) { return PercentDecode(part).value_or(""); };
    if (colon != std::string::npos) {
        out.user = decode(std::string_view(url->user_info).substr(0, colon));
        out.password = decode(std::string_view(url->user_info).substr(colon + 1));
    }
    ARGOSY_TRY(const auto query, ParseQuery(url->query));
    for (const auto& [name, value] : query) {
        if (name != "ca") {
            return Err(ErrorCode::kInvalidArgument, "a Redis URL has no parameter '{}'", name);
        }
        out.ca_file = value;
    }
    const std::string_view path = std::string_view(url->path).substr(1);
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), out.database);
    if (!path.empty() && (error != std::errc() || end != path.data() + path.size())) {
        return Err(ErrorCode::kInvalidArgument, "the path of a Redis URL is its database's number");
    }
    return out;
}

class RedisConnection::Impl {
  public:
    explicit Impl(const RedisAddress& address)
        : address_(address), resolver_(context_), connecting_(context_) {}

    Result<void> Connect() { return Within(ConnectNow(), "connecting to"); }
    Result<RespValue> Call(std::string command) {
        return Within(CallNow(std::move(command)), "waiting for");
    }
    bool usable() { return transport_ && !transport_->Stale(); }

  private:
    // Runs one piece of work on this thread, within the time limit.
    template <typename T>
    Result<T> Within(asio::awaitable<Result<T>> work, const char* what) {
        std::optional<Result<T>> result;
        asio::co_spawn(context_, std::move(work),
                       [&result](const std::exception_ptr& error, Result<T> value) {
                           if (error) {
                               result = Err(ErrorCode::kInternal, "a Redis call threw");
                           } else {
                               result = std::move(value);
                           }
                       });
        context_.restart();
        context_.run_for(address_.timeout);
        if (result) return std::move(*result);
        Break();
        context_.restart();
        context_.run();  // what was cancelled ends now
        return Err(ErrorCode::kDeadlineExceeded, "{} Redis at {}:{}: nothing within {} ms", what,
                   address_.host, address_.port, address_.timeout.count());
    }

    void Break() {
        resolver_.cancel();
        ErrorCodeAsio ignored;
        connecting_.close(ignored);
        if (transport_) transport_->Close();
    }

    std::unexpected<Error> Failed(const ErrorCodeAsio& error) const {
        return Err(ErrorCode::kUnavailable, "Redis at {}:{}: {}", address_.host, address_.port,
                   error.message());
    }

    asio::awaitable<Result<void>> ConnectNow() {
        const std::string port = std::to_string(address_.port);
        auto [failed, found] = co_await resolver_.async_resolve(address_.host, port, kUse);
        if (failed) co_return Failed(failed);
        ErrorCodeAsio last = asio::error::host_not_found;
        for (const auto& entry : found) {
            connecting_ = asio::ip::tcp::socket(context_);
            const asio::ip::tcp::endpoint endpoint = entry.endpoint();
            auto [refused] = co_await connecting_.async_connect(endpoint, kUse);
            last = refused;
            if (!refused) break;
        }
        if (last) co_return Failed(last);
        transport_ = std::make_unique<Transport>(std::move(connecting_));
        connecting_ = asio::ip::tcp::socket(context_);
        if (!address_.tls) co_return Result<void>();
        auto tls = argosy::internal::ClientTlsContext(address_.ca_file, true);
        if (!tls) co_return std::unexpected(std::move(tls.error()));
        std::string name = address_.host;
        std::shared_ptr<asio::ssl::context> tls_context = std::move(*tls);
        const ErrorCodeAsio error =
            co_await transport_->Connect(std::move(tls_context), std::move(name), true);
        if (error) co_return Failed(error);
        co_return Result<void>();
    }

    asio::awaitable<Result<RespValue>> CallNow(std::string command) {
        size_t sent = 0;
        while (sent < command.size()) {
            const asio::const_buffer rest = asio::buffer(command) + sent;
            const IoResult wrote = co_await transport_->WriteSome(rest);
            if (wrote.error) co_return Lost(wrote.error);
            sent += wrote.bytes;
        }
        std::string input;
        char bytes[16 << 10];
        RespValue reply;
        while (true) {
            const IoResult got = co_await transport_->ReadSome(asio::buffer(bytes));
            if (got.error) co_return Lost(got.error);
            input.append(bytes, got.bytes);
            const auto used = ParseReply(input, reply);
            if (!used || (*used != 0 && *used != input.size())) {
                transport_->Close();  // out of step: nothing after this could be trusted
                if (used) co_return Err(ErrorCode::kCorrupt, "Redis sent more than one reply");
                co_return std::unexpected(used.error());
            }
            if (*used != 0) co_return reply;
        }
    }

    std::unexpected<Error> Lost(const ErrorCodeAsio& error) {
        transport_->Close();
        return Failed(error);
    }

    RedisAddress address_;
    asio::io_context context_{1};
    asio::ip::tcp::resolver resolver_;
    asio::ip::tcp::socket connecting_;
    std::unique_ptr<Transport> transport_;
};

RedisConnection::RedisConnection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RedisConnection::~RedisConnection() = default;

bool RedisConnection::usable() const { return impl_->usable(); }

Result<RespValue> RedisConnection::Call(std::span<const std::string> words) {
    return impl_->Call(EncodeCommand(words));
}

Result<std::unique_ptr<RedisConnection>> RedisConnection::Open(const RedisAddress& address) {
    std::unique_ptr<RedisConnection> connection(
        new RedisConnection(std::make_unique<Impl>(address)));
    ARGOSY_CHECK_OK(connection->impl_->Connect());
    ARGOSY_CHECK_OK(connection->Greet(address));
    return connection;
}

Result<void> RedisConnection::Greet(const RedisAddress& address) {
    std::vector<std::vector<std::string>> commands;
    if (!address.password.empty()) {
        commands.push_back({"AUTH"});
        if (!address.user.empty()) commands.back().push_back(address.user);
        commands.back().push_back(address.password);
    }
    if (address.database != 0) commands.push_back({"SELECT", std::to_string(address.database)});
    for (const auto& words : commands) {
        ARGOSY_TRY(const RespValue reply, Call(words));
        if (reply.kind != RespValue::Kind::kError) continue;
        return Err(words[0] == "AUTH" ? ErrorCode::kUnauthenticated : ErrorCode::kInvalidArgument,
                   "Redis at {}:{} refused {}: {}", address.host, address.port, words[0],
                   reply.text);
    }
    return {};
}

}  // namespace argosy::assistant
