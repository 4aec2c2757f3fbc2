// The connecting half of ClientCall: addresses, proxies, TLS; and the pool of kept connections.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/base64.h"
#include "net/client_call.h"

namespace argosy::internal {

namespace {
constexpr auto kUse = asio::as_tuple(asio::use_awaitable);
constexpr size_t kMaxIdle = 256;
}  // namespace

std::unique_ptr<Transport> ConnectionPool::Take(const std::string& key) {
    const auto found = idle_.find(key);
    if (found == idle_.end()) return nullptr;
    std::deque<Idle>& list = found->second;
    while (!list.empty()) {
        Idle idle = std::move(list.back());  // the youngest is the likeliest to live
        list.pop_back();
        if (idle.until > Clock::now() && !idle.transport->Stale()) return std::move(idle.transport);
    }
    idle_.erase(found);
    return nullptr;
}

void ConnectionPool::Put(const std::string& key, std::unique_ptr<Transport> transport,
                         const ClientOptions& options) {
    const auto now = Clock::now();
    size_t count = 0;
    for (auto& [host, list] : idle_) {
        std::erase_if(list, [&](const Idle& idle) { return idle.until <= now; });
        count += list.size();
    }
    std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
    if (count >= kMaxIdle || options.max_idle_per_host == 0) return;
    std::deque<Idle>& list = idle_[key];
    if (list.size() >= options.max_idle_per_host) list.pop_front();
    list.push_back({std::move(transport), now + options.keep_idle});
}

Result<void> ClientCall::GuardAddress(const std::string& resolved) const {
    const AddressGuard& guard = loop_.options.guard;
    if (!guard) return {};
    const std::string address = proxy_ ? NumericAddress(url_.host) : resolved;
    return address.empty() ? Result<void>() : CheckAddress(guard, url_.host, address);
}

asio::awaitable<Result<void>> ClientCall::ConnectSocket(std::string host, uint16_t port) {
    ArmGuard(request_.connect_timeout, "resolving");
    const std::string service = std::to_string(port);
    auto [error, found] = co_await resolver_.async_resolve(host, service, kUse);
    if (error || failure_) co_return IoError("cannot resolve the host of", error);
    ErrorCodeAsio last = asio::error::host_not_found;
    for (const auto& entry : found) {
        if (failure_) break;
        connecting_ = asio::ip::tcp::socket(loop_.context);
        ArmGuard(request_.connect_timeout, "connecting to");
        const asio::ip::tcp::endpoint endpoint = entry.endpoint();
        if (auto allowed = GuardAddress(endpoint.address().to_string()); !allowed) {
            co_return allowed;
        }
        auto [failed] = co_await connecting_.async_connect(endpoint, kUse);
        last = failed;
        if (failed || failure_) continue;
        ++guard_;
        transport_ = std::make_unique<Transport>(std::move(connecting_));
        connecting_ = asio::ip::tcp::socket(loop_.context);
        co_return Result<void>();
    }
    ++guard_;
    co_return IoError("cannot connect to", last);
}

asio::awaitable<Result<void>> ClientCall::Connect() {
    const bool secure = url_.scheme == "https";
    if (secure && !loop_.tls) {
        auto made = ClientTlsContext(loop_.options.ca_file, loop_.options.verify_tls);
        if (!made) co_return std::unexpected(std::move(made.error()));
        loop_.tls = std::move(*made);
    }
    std::string host = proxy_ ? proxy_->host : url_.host;
    const uint16_t port = proxy_ ? proxy_->port : url_.port;
    Result<void> connected = co_await ConnectSocket(std::move(host), port);
    if (!connected || !secure) co_return connected;
    if (proxy_) {
        Result<void> tunnel = co_await Tunnel();
        if (!tunnel) co_return tunnel;
    }
    ArmGuard(request_.connect_timeout, "TLS with");
    std::string name = url_.host;
    const ErrorCodeAsio error =
        co_await transport_->Connect(loop_.tls, std::move(name), loop_.options.verify_tls);
    ++guard_;
    if (error || failure_) co_return IoError("no TLS with", error);
    co_return Result<void>();
}

// CONNECT (RFC 9110 9.3.6): the proxy passes bytes on from its 200 answer.
asio::awaitable<Result<void>> ClientCall::Tunnel() {
    const std::string authority = fmt::format(
        "{}:{}", url_.host.find(':') != std::string::npos ? "[" + url_.host + "]" : url_.host,
        url_.port);
    std::string head = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", authority);
    if (!proxy_->user_info.empty()) {
        head += "Proxy-Authorization: Basic " +
                Base64Encode(PercentDecode(proxy_->user_info).value_or("")) + "\r\n";
    }
    head += "\r\n";
    std::string body = std::move(request_.body);  // belongs to the request inside the tunnel
    request_.body.clear();
    Result<void> sent = co_await WriteAll(std::move(head));
    request_.body = std::move(body);
    if (!sent) co_return sent;
    MessageParser parser(
        MessageParser::Kind::kResponse, {loop_.options.max_header_bytes, 0},
        [](std::string_view) { return true; }, true);
    input_.clear();
    while (true) {
        const auto used = parser.Feed(input_, true);
        if (!used) co_return At("proxy " + proxy_->Authority(), used.error());
        input_.erase(0, *used);
        if (parser.header_done()) break;
        Result<void> more = co_await ReadMore(parser);
        if (!more) co_return more;
    }
    const int status = parser.head().status;
    if (status >= 200 && status < 300 && input_.empty()) co_return Result<void>();
    co_return Err(ErrorCode::kUnavailable, "the proxy {} refused a tunnel to {}: {} {}",
                  proxy_->Authority(), authority, status, parser.head().reason);
}

asio::awaitable<Result<void>> ClientCall::WriteAll(std::string head) {
    size_t offset = 0;
    const size_t size = head.size() + request_.body.size();
    std::vector<asio::const_buffer> buffers;
    while (offset < size) {
        buffers.clear();
        if (offset < head.size()) buffers.push_back(asio::buffer(head) + offset);
        const size_t in_body = offset > head.size() ? offset - head.size() : 0;
        if (in_body < request_.body.size())
            buffers.push_back(asio::buffer(request_.body) + in_body);
        ArmGuard(request_.idle_timeout, "sending to");
        const IoResult wrote = co_await transport_->WriteSome(buffers);
        ++guard_;
        offset += wrote.bytes;
        if (wrote.error || failure_) co_return IoError("connection lost to", wrote.error);
    }
    co_return Result<void>();
}

}  // namespace argosy::internal
