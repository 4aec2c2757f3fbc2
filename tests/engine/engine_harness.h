// What the tests of the engine share: starts an engine on a fake model, collects what a request
// gets, and compares.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/engine/fake_runner.h"

namespace argosy {

struct ChoiceOutput {
    std::string text;
    std::vector<TokenId> tokens;
    std::vector<float> logprobs;
    std::vector<TokenId> likeliest;
    std::string finish;  // "stop:reason", "length", ...

    bool operator==(const ChoiceOutput&) const = default;
};

/// All events of one request; thread-safe. Fails the test when events come after the last one.
class Collector {
  public:
    EventSink Sink() {
        return [this](GenerateEvent event) { Take(std::move(event)); };
    }
    bool Wait(std::chrono::seconds limit = std::chrono::seconds(60)) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, limit, [this] { return done_; });
    }
    bool WaitForTokens(size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(60),
                                 [&] { return done_ || tokens_ >= count; });
    }
    // To be read after Wait.
    std::map<int32_t, ChoiceOutput> choices;
    std::vector<TokenLogprob> prompt_logprobs;
    Usage usage;
    std::optional<Error> error;
    std::optional<FinishReason> last_finish;
    size_t events = 0;

  private:
    void Take(GenerateEvent event) {
        std::lock_guard lock(mutex_);
        EXPECT_FALSE(done_) << "an event after the last one";
        ++events;
        ChoiceOutput& choice = choices[event.choice];
        EXPECT_TRUE(choice.finish.empty() || event.error || event.done);
        choice.text += event.text;
        choice.tokens.insert(choice.tokens.end(), event.tokens.begin(), event.tokens.end());
        tokens_ += event.tokens.size();
        for (auto& logprob : event.logprobs) {
            choice.logprobs.push_back(logprob.logprob);
            for (auto& top : logprob.top) choice.likeliest.push_back(top.token);
        }
        if (!event.prompt_logprobs.empty()) prompt_logprobs = event.prompt_logprobs;
        if (event.finish) {
            choice.finish =
                std::to_string(static_cast<int>(*event.finish)) + ":" + event.stop_reason;
        }
        last_finish = event.finish;
        usage = event.usage;
        error = event.error;
        done_ = event.done;
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    size_t tokens_ = 0;
};

/// KV blocks as a setting: FakeRunner counts 8 bytes a token.
inline uint64_t BytesOfBlocks(int32_t blocks, int32_t block_tokens = 4) {
    return uint64_t{8} * static_cast<uint64_t>(block_tokens) * static_cast<uint64_t>(blocks);
}

inline std::unique_ptr<Engine> StartFake(const Tokenizer& tokenizer, EngineOptions options,
                                         FakeRunner** runner = nullptr,
                                         FakeRunnerOptions model = {},
                                         std::unique_ptr<ModelRunner> draft = nullptr) {
    auto fake = std::make_unique<FakeRunner>(model);
    if (runner != nullptr) *runner = fake.get();
    if (options.threads == 0) options.threads = 2;
    return OrThrow(Engine::Start(std::move(fake), tokenizer, std::move(options), std::move(draft)));
}

}  // namespace argosy
