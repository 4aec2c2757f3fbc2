// One HTTP request and its answer, as a handler sees it: no sockets, no Asio. Everything here is
// thread-safe and never blocks; the connection that owns the socket is woken to send what was
// queued.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/headers.h"

namespace argosy {

struct ServerRequest {
    std::string method;                                       // upper case as sent: "GET"
    std::string target;                                       // as sent: "/v1/models/a%2Fb?limit=3"
    std::string path;                                         // percent-decoded: "/v1/models/a/b"
    std::vector<std::pair<std::string, std::string>> query;   // decoded, '+' is a space, in order
    std::vector<std::pair<std::string, std::string>> params;  // of the route, set by Router
    Headers headers;
    std::string body;
    std::string peer;  // "127.0.0.1:51234", "[::1]:51234"
    bool tls = false;

    /// First value of a query parameter, or nothing.
    std::optional<std::string_view> Query(std::string_view name) const;
    /// Value of a {param} of the matched route; empty where there is none.
    std::string_view Param(std::string_view name) const;
    /// The token of "Authorization: Bearer TOKEN", or empty.
    std::string_view BearerToken() const;
};

namespace internal {
class ExchangeState;
}

/// A response body sent piece by piece (chunked; SSE). Dropping the last reference without Close()
/// aborts the connection, so that the client sees a broken body and not a short one.
class StreamWriter {
  public:
    explicit StreamWriter(std::shared_ptr<internal::ExchangeState> state);
    ~StreamWriter();
    StreamWriter(const StreamWriter&) = delete;
    StreamWriter& operator=(const StreamWriter&) = delete;

    /// Queues bytes and returns at once; from any thread. False: the client is gone, the stream is
    /// closed, or ServerOptions::stream_buffer_bytes would be passed (then the connection is
    /// aborted, since the client does not keep up). After a false every later call gives false.
    bool Write(std::string bytes);
    /// The body is whole. Idempotent.
    void Close();
    /// Whether a Write could still arrive.
    bool alive() const;
    /// Bytes queued and not yet taken by the kernel.
    size_t buffered_bytes() const;

  private:
    std::shared_ptr<internal::ExchangeState> state_;
};

/// Handed to the handler; may be kept and answered later from any thread. Answer once, by Respond
/// or StartStream; later answers are ignored. Dropping it unanswered sends a 500.
class Exchange {
  public:
    explicit Exchange(std::shared_ptr<internal::ExchangeState> state);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// Constant once the handler runs (the Router writes params before).
    const ServerRequest& request() const;
    ServerRequest& mutable_request();

    /// Sends a whole response. Content-Length, Date and Connection are added; a HEAD request gets
    /// the headers alone. Header values with CR, LF or NUL are dropped.
    void Respond(int status, Headers headers, std::string body);
    /// Sends status and headers at once and leaves the body open. Never null.
    std::shared_ptr<StreamWriter> StartStream(int status, Headers headers);
    bool responded() const;

    /// Called once, on an io thread, when the client goes away (or the request's time limit or
    /// Stop() ends it) before the answer was sent whole; at once where that has happened already.
    /// Must not block. One callback; a second call replaces the first.
    void OnDisconnect(std::function<void()> callback);
    bool disconnected() const;

    /// Keeps something alive until the request and all that holds it or its stream have ended: what
    /// answers it, where that may be replaced meanwhile. A second call replaces the first.
    void Keep(std::shared_ptr<const void> thing);

  private:
    std::shared_ptr<internal::ExchangeState> state_;
};

using Handler = std::function<void(const std::shared_ptr<Exchange>&)>;

}  // namespace argosy
