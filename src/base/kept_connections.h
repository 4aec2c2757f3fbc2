// Quiet connections to a server, for the next call. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

namespace argosy {

/// As many as calls run at once are opened; up to `most` are kept.
template <typename Connection>
class KeptConnections {
  public:
    explicit KeptConnections(size_t most = 8) : most_(most) {}

    /// nullptr where there is none.
    std::unique_ptr<Connection> Take() {
        const std::scoped_lock lock(mutex_);
        if (kept_.empty()) return nullptr;
        auto connection = std::move(kept_.back());  // the youngest is the likeliest to live
        kept_.pop_back();
        return connection;
    }
    void Put(std::unique_ptr<Connection> connection) {
        const std::scoped_lock lock(mutex_);
        if (kept_.size() < most_) kept_.push_back(std::move(connection));
    }

  private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> kept_;  // GUARDED_BY(mutex_)
    const size_t most_;
};

}  // namespace argosy
