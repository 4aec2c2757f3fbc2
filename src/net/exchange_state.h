// What a handler's side (Exchange, StreamWriter) and the connection's side share of one request.
// Thread-safe: one mutex guards all that changes.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "net/exchange.h"

namespace argosy::internal {

class ExchangeState {
  public:
    /// `wake` is called, under the lock, when there is something to take; it must only post.
    ExchangeState(ServerRequest request, size_t buffer_limit, std::function<void()> wake);

    // The connection's side.
    struct Output {
        bool has_head = false;  // status and headers are set now, and only once
        bool streaming = false;
        int status = 0;
        Headers headers;
        std::string body;       // queued since the last Take
        bool finished = false;  // nothing comes after this
        bool aborted = false;   // the handler gave up, or the client did not keep up
    };
    Output Take();
    /// The kernel has taken what the last Take gave.
    void Sent();
    /// The client went away, or the connection gives up; runs the callback. After it nothing wakes.
    void ClientGone();
    /// The answer is sent whole; nothing wakes after it.
    void Complete();

    // The handler's side, as Exchange and StreamWriter document it.
    ServerRequest& request() { return request_; }
    bool Answer(int status, Headers headers, std::string body, bool streaming);
    bool Write(std::string bytes);
    void Close();
    void Abort();
    void Abandon();  // the last Exchange is gone
    void OnDisconnect(std::function<void()> callback);
    void Keep(std::shared_ptr<const void> thing);
    bool responded() const;
    bool disconnected() const;
    bool alive() const;
    size_t buffered_bytes() const;

  private:
    bool AliveLocked() const { return !gone_ && !finished_ && !aborted_; }
    void WakeLocked();

    ServerRequest request_;
    const size_t buffer_limit_;

    mutable std::mutex mutex_;
    // GUARDED_BY(mutex_):
    std::shared_ptr<const void> kept_;  // first, so that the callback below ends before it
    std::function<void()> wake_;
    std::function<void()> on_disconnect_;
    bool wake_pending_ = false;  // a wake was sent and not yet answered by Take
    bool answered_ = false;
    bool head_taken_ = false;
    bool streaming_ = false;
    bool finished_ = false;
    bool aborted_ = false;
    bool gone_ = false;
    bool complete_ = false;
    int status_ = 0;
    Headers headers_;
    std::string queue_;
    size_t taken_bytes_ = 0;  // with the connection, not yet with the kernel
};

}  // namespace argosy::internal
