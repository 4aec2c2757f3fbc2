// The property that the scheduler lives by: what a request gets does not depend on anything else in
// the engine. Random workloads under random settings against each request alone on a fresh engine.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "engine/grammar/grammar.h"
#include "tests/engine/engine_harness.h"

namespace argosy {
namespace {

struct Work {
    GenerateRequest request;
    bool cancelled = false;
};

class Dice {
  public:
    explicit Dice(uint64_t seed) : random_(seed) {}
    int32_t In(int32_t low, int32_t high) {  // both included
        return low + static_cast<int32_t>(random_() % static_cast<uint64_t>(high - low + 1));
    }
    bool OneIn(int32_t n) { return In(1, n) == 1; }
    template <typename T>
    T Of(std::vector<T> values) {
        return values[static_cast<size_t>(In(0, static_cast<int32_t>(values.size()) - 1))];
    }

  private:
    std::mt19937_64 random_;
};

std::shared_ptr<const Grammar> RandomGrammar(Dice& dice) {
    return OrThrow(Grammar::FromRegex(
        dice.Of<std::string>({"[a-z ]{4,20}", "(abc|bc|[d-m])+ ?x?", "(a|b|\u00e9)*z"})));
}

SamplingParams RandomParams(Dice& dice) {
    SamplingParams params;
    params.seed = static_cast<uint64_t>(dice.In(0, 1'000'000));
    params.temperature = dice.Of<float>({0, 0.3F, 1.0F, 1.5F});
    params.max_tokens = dice.In(1, 40);
    if (dice.OneIn(3)) params.top_k = dice.In(1, 20);
    if (dice.OneIn(3)) params.top_p = 0.8F;
    if (dice.OneIn(4)) params.min_p = 0.05F;
    if (dice.OneIn(6)) params.typical_p = 0.9F;
    if (dice.OneIn(4)) params.repetition_penalty = 1.3F;
    if (dice.OneIn(4)) params.frequency_penalty = 0.5F;
    if (dice.OneIn(4)) params.presence_penalty = 0.5F;
    if (dice.OneIn(4)) params.logit_bias = {{5, 2.0F}, {0, -1.0F}};
    if (dice.OneIn(4)) params.n = dice.In(2, 4);
    if (dice.OneIn(8)) params.best_of = params.n + 2;
    if (dice.OneIn(3)) params.stop = {"abc", "bb", "eac"};
    if (dice.OneIn(6)) params.include_stop_in_output = true;
    if (dice.OneIn(4)) params.stop_token_ids = {17, 31};
    if (dice.OneIn(5)) params.ignore_eos = true;
    if (dice.OneIn(4)) params.min_tokens = std::min(params.max_tokens, 6);
    if (dice.OneIn(3)) params.logprobs = dice.In(0, 5);
    if (dice.OneIn(5)) params.grammar = RandomGrammar(dice);
    if (dice.OneIn(6)) params.prompt_logprobs = dice.In(0, 3);
    return params;
}

std::vector<Work> RandomWork(Dice& dice, int32_t requests) {
    std::vector<std::vector<TokenId>> openings;
    for (int i = 0; i < 3; ++i) {
        std::vector<TokenId> opening;
        for (int j = dice.In(3, 60); j > 0; --j) opening.push_back(dice.In(1, 96));
        openings.push_back(opening);
    }
    std::vector<Work> work(static_cast<size_t>(requests));
    for (Work& item : work) {
        if (!dice.OneIn(4)) item.request.prompt = dice.Of(openings);
        for (int j = dice.OneIn(4) ? 0 : dice.In(1, 30); j > 0; --j) {
            item.request.prompt.push_back(dice.In(1, 96));
        }
        if (item.request.prompt.empty()) item.request.prompt = {1};
        item.request.sampling = RandomParams(dice);
        item.request.priority = dice.In(-1, 1);
        if (dice.OneIn(5)) item.request.adapter = dice.Of<std::string>({"one", "two"});
        if (dice.OneIn(5)) item.request.cache_salt = "tenant";
        item.cancelled = dice.OneIn(8);
    }
    return work;
}

void LoadAdapters(Engine& engine) {
    ASSERT_TRUE(engine.LoadAdapter("one", "/one"));
    ASSERT_TRUE(engine.LoadAdapter("two", "/two"));
}

// Alone: room for everything, nothing shared, one chunk, no drafts.
std::unique_ptr<Collector> RunAlone(const Tokenizer& tokenizer, const GenerateRequest& request) {
    EngineOptions options;
    options.prefix_cache = false;
    options.kv_cache_bytes = BytesOfBlocks(4096);
    auto engine = StartFake(tokenizer, options);
    LoadAdapters(*engine);
    auto result = std::make_unique<Collector>();
    EXPECT_TRUE(engine->Submit(request, result->Sink()));
    EXPECT_TRUE(result->Wait());
    return result;
}

EngineOptions RandomSettings(Dice& dice) {
    EngineOptions options;
    options.prefix_cache = !dice.OneIn(3);
    // The longest request needs 33 blocks; little more than that forces preemption.
    options.kv_cache_bytes = BytesOfBlocks(dice.Of<int32_t>({40, 48, 64, 100, 400}));
    options.max_batch_tokens = dice.Of<int32_t>({8, 16, 33, 64, 512});
    options.max_running = dice.Of<int32_t>({1, 4, 16, 64});
    options.speculative_ngram = dice.Of<int32_t>({0, 0, 2, 5});
    options.speculative_tokens = dice.In(1, 5);
    options.threads = dice.In(1, 3);
    return options;
}

std::unique_ptr<ModelRunner> MaybeDraft(Dice& dice) {
    switch (dice.In(0, 3)) {
        case 0:
            return std::make_unique<FakeRunner>(FakeRunnerOptions{.block_tokens = 8});
        case 1:
            return std::make_unique<FakeRunner>(FakeRunnerOptions{.model = 2});
        default:
            return nullptr;
    }
}

struct Seen {  // over all runs: that the workload did reach what it is meant to
               // test
    uint64_t preemptions = 0, hits = 0, drafts = 0, accepted = 0;
};

void RunTogether(const Tokenizer& tokenizer, Dice& dice, const std::vector<Work>& work,
                 const std::vector<std::unique_ptr<Collector>>& alone, Seen& seen) {
    FakeRunner* runner = nullptr;
    auto settings = RandomSettings(dice);
    auto draft = MaybeDraft(dice);
    if (draft) settings.kv_cache_bytes *= 2;  // it takes half
    auto engine = StartFake(tokenizer, settings, &runner, {}, std::move(draft));
    LoadAdapters(*engine);
    std::vector<Collector> together(work.size());
    std::vector<RequestId> ids;
    for (size_t i = 0; i < work.size(); ++i) {
        ids.push_back(OrThrow(engine->Submit(work[i].request, together[i].Sink())));
        if (dice.OneIn(6))
            together[static_cast<size_t>(dice.In(0, static_cast<int32_t>(i)))].WaitForTokens(1);
    }
    for (size_t i = 0; i < work.size(); ++i) {
        if (work[i].cancelled) engine->Cancel(ids[i]);
    }
    for (size_t i = 0; i < work.size(); ++i) {
        ASSERT_TRUE(together[i].Wait()) << "request " << i << " never ended";
        if (together[i].last_finish == FinishReason::kCancelled) {
            EXPECT_TRUE(work[i].cancelled);
            continue;  // may have ended before the cancellation came
        }
        EXPECT_FALSE(together[i].error) << together[i].error->ToString();
        EXPECT_EQ(together[i].choices.size(), alone[i]->choices.size());
        for (auto& [index, choice] : alone[i]->choices) {
            const ChoiceOutput& other = together[i].choices[index];
            EXPECT_EQ(other.tokens, choice.tokens) << "request " << i << " choice " << index;
            EXPECT_TRUE(other == choice) << "request " << i << " choice " << index << ": "
                                         << other.text << " | " << choice.text;
        }
        ASSERT_EQ(together[i].prompt_logprobs.size(), alone[i]->prompt_logprobs.size());
        for (size_t p = 0; p < alone[i]->prompt_logprobs.size(); ++p) {
            EXPECT_EQ(together[i].prompt_logprobs[p].logprob, alone[i]->prompt_logprobs[p].logprob);
        }
        EXPECT_EQ(together[i].usage.completion_tokens, alone[i]->usage.completion_tokens);
        EXPECT_EQ(together[i].usage.prompt_tokens, alone[i]->usage.prompt_tokens);
    }
    ASSERT_TRUE(engine->Drain(std::chrono::steady_clock::now() + std::chrono::seconds(10)));
    EngineStats stats = engine->stats();
    EXPECT_EQ(stats.kv_blocks_used, 0);
    EXPECT_EQ(stats.running + stats.waiting, 0);
    EXPECT_LE(runner->widest_step, settings.max_batch_tokens);
    seen.preemptions += stats.preemptions;
    seen.hits += stats.prefix_cache_hits;
    seen.drafts += stats.draft_tokens;
    seen.accepted += stats.accepted_tokens;
}

TEST(BatchingChangesNothing, RandomWorkloadsGiveTheSameAsEachRequestAlone) {
    FakeTokenizer tokenizer;
    Seen seen;
    const char* more = std::getenv("ARGOSY_TEST_SEEDS");  // for a longer search
    const uint64_t seeds = more != nullptr ? std::strtoull(more, nullptr, 10) : 25;
    for (uint64_t seed = 1; seed <= seeds && !::testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Dice dice(seed);
        auto work = RandomWork(dice, dice.In(32, 48));
        std::vector<std::unique_ptr<Collector>> alone;
        for (const Work& item : work) alone.push_back(RunAlone(tokenizer, item.request));
        for (int run = 0; run < 6; ++run) {
            SCOPED_TRACE("run " + std::to_string(run));
            RunTogether(tokenizer, dice, work, alone, seen);
        }
    }
    EXPECT_GT(seen.preemptions, 100U);
    EXPECT_GT(seen.hits, 1000U);
    EXPECT_GT(seen.drafts, 1000U);
    EXPECT_GT(seen.accepted, 300U);
    RecordProperty("preemptions", static_cast<int>(seen.preemptions));
}

}  // namespace
}  // namespace argosy
