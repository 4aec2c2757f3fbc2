// One client's connection to HttpServer: reads requests, hands them to the handler, sends answers.
// Private to net: includes Asio. Single-strand: lives on one io_context with one thread.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "net/exchange_state.h"
#include "net/http_server.h"
#include "net/message_parser.h"
#include "net/transport.h"

namespace argosy::internal {

/// What all connections of a server share. Thread-safe.
struct ServerShared {
    ServerOptions options;
    Handler handler;
    std::atomic<bool> draining{false};
    std::atomic<uint64_t> connections{0};
    std::atomic<uint64_t> in_flight{0};
    std::atomic<uint64_t> accepted{0};
    std::atomic<uint64_t> requests{0};
    std::atomic<uint64_t> disconnects{0};

    std::mutex mutex;
    std::condition_variable quiet;  // busy fell to 0
    uint64_t busy = 0;  // GUARDED_BY(mutex): requests from their first byte to their last
};

class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
  public:
    /// `registry`: the connections of this io_context, touched on its thread only.
    ServerConnection(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
                     ServerShared& shared, std::set<ServerConnection*>& registry);
    ~ServerConnection();

    /// Starts the coroutines. On the io thread, as all below.
    void Start();
    /// The draining flag has changed: an idle connection ends.
    void Wake();
    void Abort();

  private:
    using Clock = std::chrono::steady_clock;
    using TimePoint = Clock::time_point;

    asio::awaitable<void> Run();
    asio::awaitable<void> ReadPump();
    asio::awaitable<bool> ServeOne();
    asio::awaitable<bool> ReadHeader(MessageParser& parser);
    asio::awaitable<bool> ReadBody(MessageParser& parser);
    asio::awaitable<bool> RefuseFor(Error error);
    /// Waits for Wake() or the time; false where the time came first.
    asio::awaitable<bool> WaitUntil(TimePoint deadline);
    Result<ServerRequest> MakeRequest(const MessageHead& head);
    Result<size_t> FeedInput(MessageParser& parser, bool header_only);
    void OnInputEnd(const ErrorCodeAsio& error);
    void SetBusy(bool busy);
    /// Aborts the connection unless CancelGuard() or another ArmGuard() comes first.
    void ArmGuard(std::chrono::milliseconds time);
    void CancelGuard();

    // server_answer.cc
    enum class Body { kLength, kChunked, kUntilClose, kNone };
    struct Sending;
    asio::awaitable<bool> Answer(ServerRequest request, bool keep_alive, int version);
    asio::awaitable<bool> SendAnswer(std::shared_ptr<ExchangeState> state, bool* keep_alive,
                                     int version);
    asio::awaitable<bool> SendBlock(Sending& sending, ExchangeState::Output output);
    /// An error of the server itself; the connection ends after it.
    asio::awaitable<void> Refuse(int status, std::string message, bool head_request);
    asio::awaitable<bool> WriteAll(std::string head, std::string body, std::string tail);
    asio::awaitable<void> Linger();
    void CallHandler(const std::shared_ptr<ExchangeState>& state, bool admitted);
    std::string HeadText(int status, const Headers& headers, Body body, uint64_t length,
                         bool keep_alive) const;
    std::string ErrorText(int status, std::string_view message, Headers& headers) const;

    Transport transport_;
    std::shared_ptr<asio::ssl::context> tls_;
    ServerShared& shared_;
    std::set<ServerConnection*>& registry_;
    asio::steady_timer wake_timer_;   // a condition variable for Run
    asio::steady_timer gate_timer_;   // the same for ReadPump
    asio::steady_timer write_timer_;  // the guard
    uint64_t guard_ = 0;              // of the guard that counts
    bool woken_ = false;
    bool aborted_ = false;
    bool busy_ = false;
    bool discard_ = false;  // input is thrown away (lingering close)
    bool input_ended_ = false;
    bool input_reset_ = false;  // it ended by an error, not by the peer's FIN
    std::string peer_;
    std::string input_;
    size_t input_used_ = 0;  // bytes of input_ that are parsed
    std::string body_;
    std::shared_ptr<ExchangeState> exchange_;
    Headers cors_;
    // For the access record:
    int status_ = 0;
    uint64_t body_bytes_ = 0;
};

}  // namespace argosy::internal
