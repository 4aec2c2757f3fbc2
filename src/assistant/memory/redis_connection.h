// One blocking connection to a Redis server, plain or TLS. Thread-compatible.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "assistant/memory/resp.h"
#include "base/error.h"

namespace argosy::assistant {

struct RedisAddress {
    std::string host;
    uint16_t port = 6379;
    bool tls = false;  // the certificate is verified against the system's authorities
    std::string user;  // empty: AUTH with the password alone
    std::string password;
    int database = 0;
    std::string ca_file;                      // PEM of further authorities: the URL's "?ca=/path"
    std::chrono::milliseconds timeout{5000};  // of connecting, and of each command

    /// kInvalidArgument names the part that is wrong and never repeats the password.
    static Result<RedisAddress> Parse(const std::string& url);
};

class RedisConnection {
  public:
    /// Connects, authenticates, selects. kUnavailable, kUnauthenticated, kDeadlineExceeded.
    static Result<std::unique_ptr<RedisConnection>> Open(const RedisAddress& address);
    ~RedisConnection();
    RedisConnection(const RedisConnection&) = delete;
    RedisConnection& operator=(const RedisConnection&) = delete;

    /// Sends a command and reads its reply, which may be an error of the server (a RespValue of
    /// kind kError). After an error of this function the connection is broken.
    Result<RespValue> Call(std::span<const std::string> words);
    /// Whether another command can be sent.
    bool usable() const;

  private:
    class Impl;
    explicit RedisConnection(std::unique_ptr<Impl> impl);
    Result<void> Greet(const RedisAddress& address);
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy::assistant
