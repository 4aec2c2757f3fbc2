#include "engine/scheduler/engine_thread.h"

#include <atomic>
#include <future>
#include <random>
#include <thread>

#include "tests/engine/engine_harness.h"

namespace argosy {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

// Holds the model at the start of each pass until it is let go; opens for good when destroyed.
class Gate {
  public:
    explicit Gate(FakeRunner& runner) {
        runner.before_forward = [state = state_](auto) -> Result<void> {
            std::unique_lock lock(state->mutex);
            ++state->arrived;
            state->changed.notify_all();
            state->changed.wait(lock, [&] { return state->open || state->passes > 0; });
            if (!state->open) --state->passes;
            return {};
        };
    }
    ~Gate() { Open(); }
    void WaitForArrival(int count = 1) {
        std::unique_lock lock(state_->mutex);
        state_->changed.wait(lock, [&] { return state_->arrived >= count; });
    }
    void LetPass(int passes) {
        std::lock_guard lock(state_->mutex);
        state_->passes += passes;
        state_->changed.notify_all();
    }
    void Open() {
        std::lock_guard lock(state_->mutex);
        state_->open = true;
        state_->changed.notify_all();
    }

  private:
    struct State {  // the runner may look at it after the gate is gone
        std::mutex mutex;
        std::condition_variable changed;
        int arrived = 0;
        int passes = 0;
        bool open = false;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

GenerateRequest Prompt(std::vector<TokenId> tokens, int32_t max_tokens = 8) {
    GenerateRequest request;
    request.prompt = std::move(tokens);
    request.sampling.temperature = 0;
    request.sampling.max_tokens = max_tokens;
    request.sampling.ignore_eos = true;
    return request;
}

EmbedRequest Inputs(std::vector<std::vector<TokenId>> inputs, bool scores = false) {
    EmbedRequest request;
    request.inputs = std::move(inputs);
    request.scores = scores;
    return request;
}

class EngineTest : public ::testing::Test {
  protected:
    void Start(EngineOptions options = {}, FakeRunnerOptions model = {}) {
        if (options.kv_cache_bytes == 0) options.kv_cache_bytes = BytesOfBlocks(200);
        engine = StartFake(tokenizer, options, &runner, model);
    }
    ErrorCode CodeOf(GenerateRequest request) {
        auto id = engine->Submit(std::move(request), [](GenerateEvent) { FAIL(); });
        return id ? ErrorCode::kInternal : id.error().code;
    }
    void ExpectAllFree() {
        ASSERT_TRUE(engine->Drain(steady_clock::now() + seconds(30)));
        EXPECT_EQ(engine->stats().kv_blocks_used, 0);
    }

    FakeTokenizer tokenizer;
    FakeRunner* runner = nullptr;
    std::unique_ptr<Engine> engine;
};

TEST_F(EngineTest, BadRequestsAreRefusedAtOnceWithTheNumbers) {
    Start();
    EXPECT_EQ(CodeOf(Prompt({})), ErrorCode::kInvalidArgument);
    EXPECT_EQ(CodeOf(Prompt({5000})), ErrorCode::kInvalidArgument);
    auto request = Prompt({1});
    request.adapter = "none";
    EXPECT_EQ(CodeOf(request), ErrorCode::kNotFound);
    auto result = engine->Submit(Prompt(std::vector<TokenId>(250, 1), 20), [](GenerateEvent) {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message,
              "the prompt has 250 tokens and 20 are to "
              "be generated, together 270; the context "
              "holds 256");
    EXPECT_EQ(engine->stats().rejected, 4U);
}

TEST_F(EngineTest, TheContextIsCutToWhatTheKvCacheHolds) {
    EngineOptions options;
    options.kv_cache_bytes = BytesOfBlocks(10);
    Start(options);
    EXPECT_EQ(engine->options().context_length, 40);
    EXPECT_EQ(CodeOf(Prompt(std::vector<TokenId>(30, 1), 11)), ErrorCode::kInvalidArgument);
    Collector fits;
    ASSERT_TRUE(engine->Submit(Prompt(std::vector<TokenId>(30, 1), 10), fits.Sink()));
    ASSERT_TRUE(fits.Wait());
    EXPECT_EQ(fits.usage.completion_tokens, 10);
}

TEST_F(EngineTest, AFullQueueRefusesInsteadOfGrowing) {
    EngineOptions options;
    options.max_running = 2;
    options.max_queued = 3;
    Start(options);
    Gate gate(*runner);
    std::vector<Collector> accepted(5);
    for (auto& collector : accepted) {
        ASSERT_TRUE(engine->Submit(Prompt({1, 2, 3}), collector.Sink()));
    }
    EXPECT_EQ(CodeOf(Prompt({1})), ErrorCode::kResourceExhausted);
    gate.Open();
    for (auto& collector : accepted) EXPECT_TRUE(collector.Wait());
    ExpectAllFree();
}

TEST_F(EngineTest, CancellationComesBeforeTheNextToken) {
    Start();
    Gate gate(*runner);
    Collector collector;
    auto id = OrThrow(engine->Submit(Prompt({1, 2, 3}, 100), collector.Sink()));
    gate.LetPass(2);
    gate.WaitForArrival(3);
    engine->Cancel(id);  // while the model runs its third pass
    gate.Open();
    ASSERT_TRUE(collector.Wait());
    EXPECT_EQ(collector.choices[0].tokens.size(), 2U);
    EXPECT_EQ(collector.last_finish, FinishReason::kCancelled);
    engine->Cancel(id);
    engine->Cancel(12345);
    EXPECT_EQ(engine->stats().finished_cancelled, 1U);
    ExpectAllFree();
}

TEST_F(EngineTest, ADeadlineEndsTheRequestWithAnError) {
    Start();
    Collector collector;
    auto request = Prompt({1, 2, 3}, 100);
    request.deadline = steady_clock::now() - seconds(1);
    ASSERT_TRUE(engine->Submit(request, collector.Sink()));
    ASSERT_TRUE(collector.Wait());
    ASSERT_TRUE(collector.error);
    EXPECT_EQ(collector.error->code, ErrorCode::kDeadlineExceeded);
    ExpectAllFree();
}

TEST_F(EngineTest, AFailedPassEndsItsRequestsAndTheEngineGoesOn) {
    Start();
    std::atomic<int> failures = 0;
    runner->before_forward = [&](auto) -> Result<void> {
        if (failures == 0 && ++failures == 1) return Err(ErrorCode::kInternal, "out of luck");
        if (failures == 1 && ++failures == 2) throw std::runtime_error("worse");
        return {};
    };
    for (const char* message : {"out of luck", "the model failed: worse"}) {
        Collector collector;
        ASSERT_TRUE(engine->Submit(Prompt({1, 2, 3}), collector.Sink()));
        ASSERT_TRUE(collector.Wait());
        ASSERT_TRUE(collector.error);
        EXPECT_EQ(collector.error->message, message);
    }
    Collector good;
    ASSERT_TRUE(engine->Submit(Prompt({1, 2, 3}), good.Sink()));
    ASSERT_TRUE(good.Wait());
    EXPECT_EQ(good.choices[0].tokens.size(), 8U);
    EXPECT_EQ(engine->stats().finished_error, 2U);
    ExpectAllFree();
}

TEST_F(EngineTest, ASharedPrefixIsComputedOnce) {
    Start();
    std::vector<TokenId> prefix(80);
    for (int i = 0; i < 80; ++i) prefix[i] = 1 + i % 90;
    std::vector<Collector> collectors(8);
    Gate gate(*runner);
    for (int i = 0; i < 8; ++i) {
        auto tokens = prefix;
        tokens.push_back(40 + i);
        ASSERT_TRUE(engine->Submit(Prompt(tokens, 1), collectors[i].Sink()));
    }
    gate.Open();
    for (auto& collector : collectors) ASSERT_TRUE(collector.Wait());
    EXPECT_EQ(runner->tokens_computed, 80 + 8);
    EXPECT_EQ(engine->stats().prefix_cache_hits, 7U * 80);
    int32_t cached = 0;
    for (auto& collector : collectors) cached += collector.usage.cached_tokens;
    EXPECT_EQ(cached, 7 * 80);
}

TEST_F(EngineTest, DifferentSaltsShareNothing) {
    Start();
    for (const char* salt : {"a", "b", "a"}) {
        Collector collector;
        auto request = Prompt(std::vector<TokenId>(41, 3), 1);
        request.cache_salt = salt;
        ASSERT_TRUE(engine->Submit(request, collector.Sink()));
        ASSERT_TRUE(collector.Wait());
    }
    EXPECT_EQ(runner->tokens_computed, 41 + 41 + 1);
}

TEST_F(EngineTest, PromptLogprobsCoverThePromptAndNoTokensMayBeAsked) {
    EngineOptions options;
    options.max_batch_tokens = 8;
    options.max_running = 4;
    Start(options);
    auto request = Prompt({5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, 0);
    request.sampling.prompt_logprobs = 2;
    Collector collector;
    ASSERT_TRUE(engine->Submit(request, collector.Sink()));
    ASSERT_TRUE(collector.Wait());
    ASSERT_EQ(collector.prompt_logprobs.size(), 10U);
    EXPECT_EQ(collector.prompt_logprobs[0].logprob, 0);
    EXPECT_TRUE(collector.prompt_logprobs[0].top.empty());
    for (size_t i = 1; i < 10; ++i) {
        EXPECT_EQ(collector.prompt_logprobs[i].token, static_cast<TokenId>(5 + i));
        EXPECT_LT(collector.prompt_logprobs[i].logprob, 0);
        EXPECT_EQ(collector.prompt_logprobs[i].top.size(), 2U);
    }
    EXPECT_EQ(collector.usage.completion_tokens, 0);
    EXPECT_EQ(collector.last_finish, FinishReason::kLength);
    ExpectAllFree();
}

TEST_F(EngineTest, BestOfReturnsTheLikeliestChoices) {
    Start();
    auto request = Prompt({5, 6, 7}, 6);
    request.sampling.temperature = 1.5F;
    request.sampling.seed = 3;
    request.sampling.logprobs = 0;
    request.sampling.n = 6;
    Collector all;
    ASSERT_TRUE(engine->Submit(request, all.Sink()));
    ASSERT_TRUE(all.Wait());
    std::vector<double> scores;
    for (auto& [index, choice] : all.choices) {
        double sum = 0;
        for (float logprob : choice.logprobs) sum += logprob;
        scores.push_back(sum);
    }
    std::ranges::sort(scores, std::greater<>());
    request.sampling.n = 2;
    request.sampling.best_of = 6;
    Collector best;
    ASSERT_TRUE(engine->Submit(request, best.Sink()));
    ASSERT_TRUE(best.Wait());
    ASSERT_EQ(best.choices.size(), 2U);
    for (int32_t i = 0; i < 2; ++i) {
        double sum = 0;
        for (float logprob : best.choices[i].logprobs) sum += logprob;
        EXPECT_NEAR(sum, scores[i], 1e-4);
    }
    EXPECT_EQ(best.usage.completion_tokens, 36);
    ExpectAllFree();
}

TEST_F(EngineTest, AdaptersChangeTheOutputAndAreHeldWhileInUse) {
    EngineOptions options;
    options.max_adapters = 1;
    Start(options);
    ASSERT_TRUE(engine->LoadAdapter("one", "/one"));
    EXPECT_EQ(engine->LoadAdapter("one", "/one").error().code, ErrorCode::kAlreadyExists);
    EXPECT_EQ(engine->LoadAdapter("two", "/two").error().code, ErrorCode::kResourceExhausted);
    EXPECT_EQ(engine->adapters().at(0).rank, 8);
    Collector base, tuned;
    {
        Gate gate(*runner);
        auto request = Prompt({1, 2, 3}, 20);
        ASSERT_TRUE(engine->Submit(request, base.Sink()));
        request.adapter = "one";
        ASSERT_TRUE(engine->Submit(request, tuned.Sink()));
        gate.WaitForArrival();
        ASSERT_TRUE(engine->UnloadAdapter("one"));
        EXPECT_EQ(engine->LoadAdapter("two", "/two").error().code,
                  ErrorCode::kResourceExhausted);  // still in memory
        EXPECT_EQ(CodeOf(request), ErrorCode::kNotFound);
    }
    ASSERT_TRUE(base.Wait());
    ASSERT_TRUE(tuned.Wait());
    EXPECT_NE(base.choices[0].tokens, tuned.choices[0].tokens);
    ExpectAllFree();
    EXPECT_EQ(engine->UnloadAdapter("one").error().code, ErrorCode::kNotFound);
}

TEST_F(EngineTest, EmbeddingsRunBetweenStepsAndOneBadInputFailsAlone) {
    Start();
    Gate gate(*runner);
    Collector generation;
    ASSERT_TRUE(engine->Submit(Prompt({1, 2}, 30), generation.Sink()));
    gate.WaitForArrival();
    std::promise<Result<std::vector<float>>> good, bad, scores;
    auto into = [](auto& promise) {
        return [&promise](Result<std::vector<float>> r) { promise.set_value(std::move(r)); };
    };
    ASSERT_TRUE(engine->Submit(Inputs({{3, 4, 5}, {6}}), into(good)));
    ASSERT_TRUE(engine->Submit(Inputs({{13}}), into(bad)));
    ASSERT_TRUE(engine->Submit(Inputs({{1, 9}}, true), into(scores)));
    EXPECT_FALSE(engine->Submit(Inputs({{}}), [](auto) {}));
    gate.Open();
    EXPECT_EQ(OrThrow(good.get_future().get()), (std::vector<float>{3, 3, 1, 6}));
    EXPECT_FALSE(bad.get_future().get());
    EXPECT_EQ(OrThrow(scores.get_future().get()), (std::vector<float>{9}));
    ASSERT_TRUE(generation.Wait());
    ExpectAllFree();
}

TEST_F(EngineTest, SleepsOnceNothingRunsAndWakesAsBefore) {
    Start();
    Collector before;
    ASSERT_TRUE(engine->Submit(Prompt(std::vector<TokenId>(20, 4), 10), before.Sink()));
    ASSERT_TRUE(engine->Sleep());
    ASSERT_TRUE(before.Wait());  // it was let finish
    EXPECT_EQ(before.choices[0].tokens.size(), 10U);
    EXPECT_TRUE(engine->stats().sleeping);
    EXPECT_EQ(CodeOf(Prompt({1})), ErrorCode::kUnavailable);
    ASSERT_TRUE(engine->Sleep());
    ASSERT_TRUE(engine->Wake());
    EXPECT_FALSE(engine->stats().sleeping);
    Collector after;
    ASSERT_TRUE(engine->Submit(Prompt(std::vector<TokenId>(20, 4), 10), after.Sink()));
    ASSERT_TRUE(after.Wait());
    EXPECT_EQ(after.choices[0].tokens, before.choices[0].tokens);
    EXPECT_EQ(after.usage.cached_tokens, 0);  // the cache went with the weights
}

TEST_F(EngineTest, DrainRefusesNewRequestsAndWaitsForTheRunning) {
    Start();
    Gate gate(*runner);
    Collector collector;
    ASSERT_TRUE(engine->Submit(Prompt({1, 2}, 30), collector.Sink()));
    EXPECT_FALSE(engine->Drain(steady_clock::now()));
    EXPECT_EQ(CodeOf(Prompt({1})), ErrorCode::kUnavailable);
    gate.Open();
    EXPECT_TRUE(engine->Drain(steady_clock::now() + seconds(30)));
    EXPECT_EQ(collector.usage.completion_tokens, 30);
}

TEST_F(EngineTest, DestructionEndsEveryRequest) {
    Start();
    Collector running, waiting;
    {
        Gate gate(*runner);
        ASSERT_TRUE(engine->Submit(Prompt({1, 2}, 200), running.Sink()));
        gate.WaitForArrival();
        ASSERT_TRUE(engine->Submit(Prompt({1, 2}, 200), waiting.Sink()));
        std::thread destroyer([&] { engine.reset(); });
        gate.Open();
        destroyer.join();
    }
    EXPECT_TRUE(running.Wait(seconds(1)));
    EXPECT_TRUE(waiting.Wait(seconds(1)));
}

TEST_F(EngineTest, SpeculationSavesPassesOfTheModel) {
    EngineOptions options;
    Start(options, {.habit = 20});  // the text repeats itself
    Collector plain, drafted;
    auto request = Prompt({1, 2, 3}, 100);
    ASSERT_TRUE(engine->Submit(request, plain.Sink()));
    ASSERT_TRUE(plain.Wait());
    options.speculative_ngram = 5;
    Start(options, {.habit = 20});
    ASSERT_TRUE(engine->Submit(request, drafted.Sink()));
    ASSERT_TRUE(drafted.Wait());
    EXPECT_EQ(plain.choices, drafted.choices);
    EXPECT_LT(runner->forwards, 45);
    EXPECT_GT(engine->stats().accepted_tokens, 50U);
}

TEST_F(EngineTest, SixtyFourClientsWithRandomDisconnectsLeaveNothingBehind) {
    EngineOptions options;
    options.kv_cache_bytes = BytesOfBlocks(90);
    options.max_running = 24;
    options.max_queued = 16;
    options.max_batch_tokens = 48;
    options.speculative_ngram = 3;
    Start(options);
    std::atomic<int> ended = 0;
    std::atomic<int> refused = 0;
    std::vector<std::thread> clients;
    for (uint32_t client = 0; client < 64; ++client) {
        clients.emplace_back([&, client] {
            std::mt19937 random(client);
            for (int i = 0; i < 12; ++i) {
                auto request = Prompt(std::vector<TokenId>(1 + random() % 60, 5),
                                      static_cast<int32_t>(1 + random() % 40));
                request.prompt.back() = static_cast<TokenId>(1 + random() % 90);
                request.sampling.temperature = random() % 2 == 0 ? 0 : 1;
                request.sampling.n = static_cast<int32_t>(1 + random() % 3);
                Collector collector;
                auto id = engine->Submit(request, collector.Sink());
                if (!id) {
                    ASSERT_EQ(id.error().code, ErrorCode::kResourceExhausted);
                    ++refused;
                    std::this_thread::yield();
                    continue;
                }
                if (random() % 3 == 0) {
                    collector.WaitForTokens(random() % 10);
                    engine->Cancel(*id);
                }
                ASSERT_TRUE(collector.Wait());
                ASSERT_FALSE(collector.error) << collector.error->ToString();
                ++ended;
            }
        });
    }
    for (auto& client : clients) client.join();
    ExpectAllFree();
    EXPECT_EQ(ended + refused, 64 * 12);
    EXPECT_GT(ended, 64);
    EngineStats stats = engine->stats();
    EXPECT_EQ(stats.running + stats.waiting, 0);
    EXPECT_EQ(stats.e2e_seconds.counts.size(), stats.e2e_seconds.bounds.size() + 1);
}

}  // namespace
}  // namespace argosy
