// HTTP/1 messages from bytes: Beast's parser behind an interface without Beast, with the checks
// against request smuggling that it leaves to us. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/headers.h"

namespace argosy {

struct MessageLimits {
    size_t header_bytes = 64 << 10;
    uint64_t body_bytes = 64 << 20;
};

/// The first line and the fields of a message. `method` and `target` of a request, `status` and
/// `reason` of a response.
struct MessageHead {
    std::string method;
    std::string target;
    int status = 0;
    std::string reason;
    int version = 11;  // 10 or 11
    Headers headers;
};

/// One message. Make a new one for the next.
class MessageParser {
  public:
    enum class Kind { kRequest, kResponse };
    /// Gets body bytes as they come, decoded from chunks; false stops with kCancelled.
    using BodySink = std::function<bool(std::string_view)>;

    /// `no_body`: a response to HEAD or CONNECT, which has none whatever its headers say.
    MessageParser(Kind kind, MessageLimits limits, BodySink sink, bool no_body = false);
    ~MessageParser();
    MessageParser(const MessageParser&) = delete;
    MessageParser& operator=(const MessageParser&) = delete;

    /// Takes bytes from the front; returns how many it used. Bytes left over must be given again
    /// with more behind them (header lines are not copied), or, once done(), belong to the next
    /// message. With `header_only` it stops behind the header. Errors: kCorrupt (bad or ambiguous
    /// message), kResourceExhausted with where = "header" or "body" (a limit is passed),
    /// kUnsupported (a transfer coding we do not have), kCancelled (the sink).
    Result<size_t> Feed(std::string_view bytes, bool header_only = false);
    /// The peer closed: fine for a response delimited by that, else kCorrupt.
    Result<void> FeedEof();

    bool got_some() const;
    bool header_done() const;
    bool done() const;
    /// Valid once header_done().
    const MessageHead& head() const;
    MessageHead TakeHead();
    /// Whether the connection can carry another message after this one.
    bool keep_alive() const;
    /// A request that waits for "100 Continue".
    bool expects_continue() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace argosy
