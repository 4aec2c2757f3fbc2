// Does something again and again on a thread of its own, until it is stopped: a knowledge base's
// sources read anew. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace argosy::local {

class Refresher {
  public:
    /// `work` runs after each `every`, if that is given, and after each Now().
    Refresher(std::optional<std::chrono::milliseconds> every,
              std::function<void(std::stop_token)> work)
        : every_(every), work_(std::move(work)), thread_([this](std::stop_token s) { Run(s); }) {}

    void Now() {
        {
            const std::scoped_lock lock(mutex_);
            now_ = true;
        }
        wake_.notify_all();
    }
    /// Ends what runs, and waits for that. Not from within the work.
    void Stop() {
        thread_.request_stop();
        const std::scoped_lock lock(joining_);
        if (thread_.joinable()) thread_.join();
    }

  private:
    void Run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            {
                std::unique_lock lock(mutex_);
                const auto wanted = [this] { return now_; };
                if (every_) {
                    wake_.wait_for(lock, stop, *every_, wanted);
                } else {
                    wake_.wait(lock, stop, wanted);
                }
                now_ = false;
            }
            if (!stop.stop_requested()) work_(stop);
        }
    }

    const std::optional<std::chrono::milliseconds> every_;
    const std::function<void(std::stop_token)> work_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool now_ = false;  // GUARDED_BY(mutex_)
    std::mutex joining_;
    std::jthread thread_;  // last: it uses all above
};

}  // namespace argosy::local
