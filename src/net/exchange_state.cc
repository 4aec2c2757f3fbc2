#include "net/exchange_state.h"

#include <utility>

namespace argosy::internal {

ExchangeState::ExchangeState(ServerRequest request, size_t buffer_limit, std::function<void()> wake)
    : request_(std::move(request)), buffer_limit_(buffer_limit), wake_(std::move(wake)) {}

ExchangeState::Output ExchangeState::Take() {
    const std::lock_guard lock(mutex_);
    wake_pending_ = false;
    Output out;
    if (answered_ && !head_taken_) {
        head_taken_ = out.has_head = true;
        out.status = status_;
        out.headers = std::move(headers_);
    }
    out.streaming = streaming_;
    out.body = std::exchange(queue_, {});
    taken_bytes_ = out.body.size();
    out.finished = finished_;
    out.aborted = aborted_;
    return out;
}

void ExchangeState::Sent() {
    const std::lock_guard lock(mutex_);
    taken_bytes_ = 0;
}

void ExchangeState::ClientGone() {
    std::function<void()> callback;
    {
        const std::lock_guard lock(mutex_);
        if (gone_ || complete_) return;
        gone_ = true;
        wake_ = nullptr;
        queue_ = {};
        callback = std::exchange(on_disconnect_, nullptr);
    }
    if (callback) callback();
}

void ExchangeState::Complete() {
    std::function<void()> dropped;  // destroyed outside of the lock: it may hold the handler's all
    const std::lock_guard lock(mutex_);
    complete_ = true;
    wake_ = nullptr;
    dropped = std::exchange(on_disconnect_, nullptr);
}

bool ExchangeState::Answer(int status, Headers headers, std::string body, bool streaming) {
    const std::lock_guard lock(mutex_);
    if (answered_ || gone_) return false;
    answered_ = true;
    status_ = status;
    headers_ = std::move(headers);
    streaming_ = streaming;
    queue_ = std::move(body);
    finished_ = !streaming;
    WakeLocked();
    return true;
}

bool ExchangeState::Write(std::string bytes) {
    const std::lock_guard lock(mutex_);
    if (!AliveLocked()) return false;
    if (queue_.size() + taken_bytes_ + bytes.size() > buffer_limit_) {
        aborted_ = true;
        queue_ = {};
    } else if (queue_.empty()) {
        queue_ = std::move(bytes);
    } else {
        queue_ += bytes;
    }
    WakeLocked();
    return !aborted_;
}

void ExchangeState::Close() {
    const std::lock_guard lock(mutex_);
    if (!AliveLocked()) return;
    finished_ = true;
    WakeLocked();
}

void ExchangeState::Abort() {
    const std::lock_guard lock(mutex_);
    if (!AliveLocked()) return;
    aborted_ = true;
    WakeLocked();
}

void ExchangeState::Abandon() {
    const std::lock_guard lock(mutex_);
    if (answered_ || gone_) return;
    aborted_ = true;
    WakeLocked();
}

void ExchangeState::Keep(std::shared_ptr<const void> thing) {
    const std::lock_guard lock(mutex_);
    std::swap(kept_, thing);
}

void ExchangeState::OnDisconnect(std::function<void()> callback) {
    std::function<void()> previous;
    {
        const std::lock_guard lock(mutex_);
        if (complete_) return;
        if (!gone_) {
            previous = std::exchange(on_disconnect_, std::move(callback));
            return;
        }
    }
    if (callback) callback();
}

bool ExchangeState::responded() const {
    const std::lock_guard lock(mutex_);
    return answered_;
}
bool ExchangeState::disconnected() const {
    const std::lock_guard lock(mutex_);
    return gone_;
}
bool ExchangeState::alive() const {
    const std::lock_guard lock(mutex_);
    return AliveLocked();
}
size_t ExchangeState::buffered_bytes() const {
    const std::lock_guard lock(mutex_);
    return queue_.size() + taken_bytes_;
}

void ExchangeState::WakeLocked() {
    if (wake_pending_ || !wake_) return;
    wake_pending_ = true;
    wake_();
}

}  // namespace argosy::internal
