// A model that says what it is told to, and an index of given passages, for tests of the assistant.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>

#include "assistant/chat_model.h"
#include "assistant/searcher.h"
#include "assistant/trace.h"

namespace argosy::assistant::testing {

/// Gives its replies in turn (the last one again and again), a few bytes at a time, and keeps what
/// it was asked. Thread-safe.
class FakeModel final : public ChatModel {
  public:
    explicit FakeModel(std::deque<ModelReply> replies) : replies_(std::move(replies)) {}
    explicit FakeModel(std::string text)
        : FakeModel(std::deque<ModelReply>{ModelReply{std::move(text)}}) {}

    const std::string& name() const override { return name_; }
    Result<ModelReply> Chat(const ModelRequest& request, const TextSink& on_text,
                            std::stop_token stop) const override {
        ModelReply reply;
        {
            const std::scoped_lock lock(mutex_);
            requests_.push_back(request);
            if (error) return std::unexpected(*error);
            reply = replies_.front();
            if (replies_.size() > 1) replies_.pop_front();
        }
        for (size_t at = 0; at < reply.text.size(); at += 3) {
            if (stop.stop_requested()) return Err(ErrorCode::kCancelled, "stopped");
            if (!on_text(std::string_view(reply.text).substr(at, 3))) break;
        }
        reply.usage = {10, 4, 5};
        reply.finish = reply.calls.empty() ? "stop" : "tool_calls";
        return reply;
    }
    std::vector<ModelRequest> requests() const {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }

    std::optional<Error> error;

  private:
    const std::string name_ = "fake";
    mutable std::mutex mutex_;
    mutable std::deque<ModelReply> replies_;      // GUARDED_BY(mutex_)
    mutable std::vector<ModelRequest> requests_;  // GUARDED_BY(mutex_)
};

/// Thread-safe.
class FakeSearcher final : public Searcher {
  public:
    explicit FakeSearcher(std::vector<Passage> passages) : passages_(std::move(passages)) {}
    Result<Passages> Search(const std::string& question, size_t limit) const override {
        const std::scoped_lock lock(mutex_);
        questions_.push_back(question);
        auto found = passages_;
        if (found.size() > limit) found.resize(limit);
        return Passages{.list = std::move(found), .missing = missing_};
    }
    std::vector<std::string> questions() const {
        const std::scoped_lock lock(mutex_);
        return questions_;
    }
    void SetMissing(std::vector<std::string> missing) {
        const std::scoped_lock lock(mutex_);
        missing_ = std::move(missing);
    }

  private:
    std::vector<Passage> passages_;
    std::vector<std::string> missing_;  // GUARDED_BY(mutex_)
    mutable std::mutex mutex_;
    mutable std::vector<std::string> questions_;  // GUARDED_BY(mutex_)
};

/// Each look at it is a millisecond later.
inline Clock FakeClock() {
    auto ticks = std::make_shared<std::atomic<int64_t>>(0);
    return {[ticks] { return 1'700'000'000'000 + (*ticks)++; },
            [ticks] { return std::chrono::nanoseconds((*ticks)++ * 1'000'000); }};
}

}  // namespace argosy::assistant::testing
