// An HTTP/1.1 client with its own io threads: blocking calls for commands, callbacks for hundreds
// of streams at once. Keeps connections for re-use, follows redirects, verifies TLS by the system's
// authorities, honours HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.
//
//     HttpClient client;
//     auto response = client.Fetch({.url = "https://huggingface.co/api/models/gpt2"});
//
// Thread-safe. Callbacks run on an io thread; one that blocks holds up the other calls of that
// thread. Fetch and the destructor must not be called from a callback.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/address_guard.h"
#include "net/headers.h"

namespace argosy {

struct HttpRequest {
    std::string method = "GET";
    std::string url;  // http or https; "user:password@" becomes Basic authorization
    Headers headers{};
    std::string body{};      // sent with Content-Length
    int max_redirects = 10;  // 0: a redirect is an answer as any other
    std::chrono::milliseconds connect_timeout{std::chrono::seconds(15)};  // TCP and TLS, each try
    std::chrono::milliseconds idle_timeout{std::chrono::seconds(120)};    // without a byte
    std::chrono::milliseconds total_timeout{0};                           // 0: none
    uint64_t max_body_bytes = uint64_t{64} << 20;  // of a buffered body; streams have no bound
};

struct HttpResponse {
    int status = 0;
    Headers headers;
    std::string body;  // empty where the body was streamed
    std::string url;   // that answered, after redirects; without credentials
    bool ok() const { return status >= 200 && status < 300; }
};

/// All optional but on_end. Returning false cancels the call (on_end gets kCancelled).
struct HttpCallbacks {
    std::function<bool(const HttpResponse& head)> on_head;  // the final answer's, after redirects
    std::function<bool(std::string_view bytes)> on_data;    // without it the body is buffered
    std::function<void(Result<HttpResponse>)> on_end;       // last, exactly once
};

/// A call in progress. Dropping the handle does not end the call.
class HttpCall {
  public:
    virtual ~HttpCall() = default;
    /// on_end gets kCancelled unless the call has ended. From any thread, callbacks included.
    virtual void Cancel() = 0;
};

struct ClientOptions {
    unsigned threads = 1;
    std::string ca_file{};  // PEM, beside the system's authorities
    bool verify_tls = true;
    bool use_proxy_environment = true;
    size_t max_idle_per_host = 16;
    std::chrono::milliseconds keep_idle{std::chrono::seconds(30)};
    std::string user_agent = "argosy";
    size_t max_header_bytes = 256 << 10;
    /// Where set, asked before each connect, those of redirects included; a refusal ends the call
    /// with kPermissionDenied. What a proxy resolves is the proxy's to guard: only numeric hosts
    /// are checked there.
    AddressGuard guard{};
};

class HttpClient {
  public:
    explicit HttpClient(ClientOptions options = {});
    /// Cancels what is in progress and waits for its on_end.
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Starts a call. Errors given to on_end: kInvalidArgument (URL), kUnavailable (resolve,
    /// connect, TLS, connection lost), kDeadlineExceeded, kCancelled, kCorrupt (no HTTP),
    /// kResourceExhausted (too large). Any HTTP status is a response, not an error.
    std::shared_ptr<HttpCall> Start(HttpRequest request, HttpCallbacks callbacks);
    /// Blocks until the answer is whole.
    Result<HttpResponse> Fetch(HttpRequest request);
    /// Blocks; body bytes go to on_data (on an io thread) as they come.
    Result<HttpResponse> FetchStream(HttpRequest request,
                                     std::function<bool(const HttpResponse&)> on_head,
                                     std::function<bool(std::string_view)> on_data);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy
