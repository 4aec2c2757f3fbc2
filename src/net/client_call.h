// One call of HttpClient: connects, sends, follows redirects, receives. Private to net: includes
// Asio. Single-strand: lives on one io thread; CallHandle is thread-safe.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "net/http_client.h"
#include "net/message_parser.h"
#include "net/transport.h"
#include "net/url.h"

namespace argosy::internal {

class ClientCall;

/// Quiet connections by "scheme://host:port via proxy". Single-strand.
class ConnectionPool {
  public:
    using Clock = std::chrono::steady_clock;
    std::unique_ptr<Transport> Take(const std::string& key);
    void Put(const std::string& key, std::unique_ptr<Transport> transport,
             const ClientOptions& options);
    void Clear() { idle_.clear(); }

  private:
    struct Idle {
        std::unique_ptr<Transport> transport;
        Clock::time_point until;
    };
    std::map<std::string, std::deque<Idle>> idle_;
};

/// What the calls of one io thread share.
struct ClientLoop {
    explicit ClientLoop(const ClientOptions& options) : options(options) {}
    const ClientOptions& options;
    asio::io_context context{1};
    ConnectionPool pool;
    std::set<std::shared_ptr<ClientCall>> calls;
    std::shared_ptr<asio::ssl::context> tls;  // made at the first https call
};

/// What the caller holds: outlives the call, and the client too. Thread-safe.
class CallHandle final : public HttpCall {
  public:
    explicit CallHandle(ClientCall& call) : call_(&call) {}
    void Cancel() override;
    void Detach();

  private:
    std::mutex mutex_;
    ClientCall* call_;  // GUARDED_BY(mutex_): null once the call has ended
};

class ClientCall final : public std::enable_shared_from_this<ClientCall> {
  public:
    ClientCall(ClientLoop& loop, HttpRequest request, HttpCallbacks callbacks);
    void Start();  // on the io thread
    const std::shared_ptr<CallHandle>& handle() const { return handle_; }
    void PostCancel();
    /// Ends the call with this error; on the io thread. The first error wins.
    void Fail(Error error);

  private:
    asio::awaitable<void> Run();
    asio::awaitable<Result<HttpResponse>> Follow();
    asio::awaitable<Result<HttpResponse>> Exchange();
    asio::awaitable<Result<HttpResponse>> Receive(bool* got_some, bool* keep);
    asio::awaitable<Result<void>> ReadMore(MessageParser& parser);
    asio::awaitable<Result<void>> Connect();
    /// Asks the guard of the options about the address that this call would reach.
    Result<void> GuardAddress(const std::string& resolved) const;
    asio::awaitable<Result<void>> ConnectSocket(std::string host, uint16_t port);
    asio::awaitable<Result<void>> Tunnel();
    asio::awaitable<Result<void>> WriteAll(std::string head);

    Result<void> Prepare();
    std::string RequestHead() const;
    /// Changes the request as the redirect wants; kCorrupt where it has no usable Location.
    Result<void> Redirect(const HttpResponse& response);
    bool IsRedirect(int status) const;
    bool OnBody(std::string_view bytes);
    void ArmGuard(std::chrono::milliseconds time, const char* what);
    /// The error to report for a failed operation: the call's own failure where it has one.
    std::unexpected<Error> IoError(const char* what, const ErrorCodeAsio& error) const;

    ClientLoop& loop_;
    HttpRequest request_;
    HttpCallbacks callbacks_;
    Url url_;
    std::optional<Url> proxy_;
    std::string pool_key_;
    std::unique_ptr<Transport> transport_;
    asio::ip::tcp::resolver resolver_;
    asio::ip::tcp::socket connecting_;
    asio::steady_timer guard_timer_;
    asio::steady_timer total_timer_;
    uint64_t guard_ = 0;
    int redirects_ = 0;
    std::optional<Error> failure_;
    std::string input_;      // received and not yet parsed
    std::string body_;       // buffered
    bool dropping_ = false;  // the body of a redirect
    size_t dropped_bytes_ = 0;
    std::shared_ptr<CallHandle> handle_;
};

}  // namespace argosy::internal
