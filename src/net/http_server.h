// An HTTP/1.1 server: keep-alive, pipelining, chunked request bodies, Expect: 100-continue, TLS,
// streamed responses with back-pressure, limits against hostile clients, graceful drain.
//
//     ServerOptions options;
//     options.listen = {{"127.0.0.1", 0}};
//     Router router;
//     router.Add("GET", "/health", [](const auto& x) { x->Respond(200, {}, "ok"); });
//     HttpServer server(options, router.AsHandler());
//     OrThrow(server.Start());          // listening; server.port() tells where
//     server.Drain(30s);                // on SIGTERM
//
// Threads: one io_context per thread; a connection stays on the thread it was given. The handler
// runs on that thread and must not block (hand work over, answer later by the Exchange). All
// methods are thread-safe, but Drain, Stop and the destructor must not be called from a handler.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/cors.h"
#include "net/exchange.h"
#include "net/router.h"

namespace argosy {

struct ListenAddress {
    std::string host = "127.0.0.1";  // IPv4, IPv6 (without brackets) or a name; "" is every address
    uint16_t port = 0;               // 0: the kernel chooses
};

/// What a server tells of a finished request, for access logs and metrics.
struct AccessRecord {
    std::string_view method;
    std::string_view target;
    std::string_view peer;
    int status = 0;           // 0: the client left before any answer
    uint64_t body_bytes = 0;  // of the response body
    std::chrono::nanoseconds duration{};
    bool complete = false;  // the response was sent whole
};

struct ServerOptions {
    std::vector<ListenAddress> listen{ListenAddress{}};
    unsigned threads = 0;  // 0: one per hardware thread

    std::string tls_certificate_file;  // PEM chain; both or none
    std::string tls_key_file;

    size_t max_header_bytes = 64 << 10;    // 431 beyond
    size_t max_body_bytes = 64 << 20;      // 413 beyond
    size_t stream_buffer_bytes = 1 << 20;  // queued bytes per stream; beyond, the client is dropped
    size_t max_connections = 4096;         // 503 beyond
    size_t max_in_flight = 2048;           // requests in handlers; 503 with Retry-After beyond

    std::chrono::milliseconds header_timeout{std::chrono::seconds(15)};  // from first byte; 408
    std::chrono::milliseconds body_timeout{std::chrono::seconds(60)};    // whole body; 408
    std::chrono::milliseconds idle_timeout{std::chrono::seconds(75)};    // between requests
    std::chrono::milliseconds request_timeout{0};  // from the header to the last byte; 0: none; 504
    std::chrono::milliseconds write_timeout{std::chrono::seconds(60)};  // without any progress

    CorsOptions cors;       // answered here, so that errors carry the headers too; off by default
    Headers extra_headers;  // added to every response, e.g. {"Server", "argosy"}

    /// Makes the response for errors of the server itself (400, 408, 413, 431, 500, 503, 504).
    /// Fills headers (Content-Type) and returns the body. Default: text/plain.
    std::function<std::string(int status, std::string_view message, Headers& headers)> error_body;
    /// Called on the io thread after each request.
    std::function<void(const AccessRecord&)> on_done;
};

struct ServerStats {
    uint64_t connections = 0;  // open now
    uint64_t in_flight = 0;    // requests that a handler has and that are not answered whole
    uint64_t accepted = 0;     // since the start
    uint64_t requests = 0;     // since the start
    uint64_t disconnects = 0;  // clients that left before their answer was whole
};

class HttpServer {
  public:
    HttpServer(ServerOptions options, Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Binds, loads the certificate and starts the threads. Errors: kInvalidArgument (address,
    /// certificate), kUnavailable (address in use), kPermissionDenied.
    Result<void> Start();
    /// Port of the i-th listen address, after Start().
    uint16_t port(size_t i = 0) const;
    /// Reads the certificate and key again for new connections; the old stay on an error.
    Result<void> ReloadTls();
    /// Stops accepting, closes idle connections, waits for requests in flight (streams included)
    /// until the deadline, then stops. True: every request ended by itself.
    bool Drain(std::chrono::milliseconds deadline);
    bool draining() const;
    /// Closes everything at once and joins the threads. Idempotent.
    void Stop();
    ServerStats stats() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy
