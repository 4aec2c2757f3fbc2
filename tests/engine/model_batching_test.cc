// The same property with real models: 32 requests that share prefixes, blocks too few for them,
// drafts and adapters, against each request alone. Equal to the bit, logprobs too.
#include <filesystem>
#include <random>

#include "engine/load.h"
#include "model/make_model.h"
#include "tests/engine/engine_harness.h"

namespace argosy {
namespace {

constexpr size_t kRequests = 32;

struct ModelCase {
    std::string name;
    MakeModelOptions make;  // empty architecture: the Llama of the logits fixtures, with adapters
    std::string kv_type = "f16";
};

void PrintTo(const ModelCase& one, std::ostream* out) { *out << one.name; }

/// A model on disk and a tokenizer for it.
class TestModel {
  public:
    explicit TestModel(const ModelCase& one) : one_(one) {
        if (HasAdapters()) {
            file_ = OrThrow(OpenModel(Fixture("llama")));
            tokenizer_ = std::make_unique<FakeTokenizer>(96);
            return;
        }
        const auto path = std::filesystem::temp_directory_path() /
                          ("argosy-" + one.name + "-" + std::to_string(::getpid()) + ".gguf");
        OrThrow(MakeModel(path, one.make));
        file_ = OrThrow(OpenModel(path));
        std::filesystem::remove(path);  // stays mapped
        tokenizer_ = OrThrow(LoadTokenizer(*file_));
    }
    bool HasAdapters() const { return one_.make.architecture.empty(); }
    const Tokenizer& tokenizer() const { return *tokenizer_; }

    std::unique_ptr<Engine> Start(EngineOptions options, int32_t blocks, bool draft) const {
        options.kv_type = one_.kv_type;
        options.context_length = 256;
        auto runner = OrThrow(LoadRunner(file_, options));
        options.kv_cache_bytes = runner->info().kv_bytes_per_token *
                                 static_cast<uint64_t>(runner->block_tokens() * blocks);
        auto drafter = draft ? OrThrow(LoadRunner(file_, options)) : nullptr;
        if (draft) options.kv_cache_bytes *= 2;  // it takes half
        auto engine = OrThrow(
            Engine::Start(std::move(runner), *tokenizer_, std::move(options), std::move(drafter)));
        if (HasAdapters()) OrThrow(engine->LoadAdapter("lora", Fixture("llama-lora")));
        return engine;
    }

  private:
    static std::filesystem::path Fixture(const std::string& name) {
        return std::filesystem::path(ARGOSY_TESTDATA) / "logits" / name;
    }
    ModelCase one_;
    std::shared_ptr<const ModelFile> file_;
    std::unique_ptr<Tokenizer> tokenizer_;
};

std::vector<GenerateRequest> SomeRequests(const TestModel& model) {
    std::mt19937 random(7);
    const auto below = [&random](uint32_t n) { return static_cast<int32_t>(random() % n); };
    const auto vocabulary = static_cast<uint32_t>(model.tokenizer().vocab_size());
    const auto tokens = [&](int32_t count) {
        std::vector<TokenId> out;
        while (count-- > 0) out.push_back(3 + below(vocabulary - 3));
        return out;
    };
    const std::vector<TokenId> shared = tokens(50);
    std::vector<GenerateRequest> requests(kRequests);
    for (size_t i = 0; i < kRequests; ++i) {
        GenerateRequest& request = requests[i];
        if (i % 2 == 0) request.prompt = shared;
        const auto own = tokens(1 + below(40));
        request.prompt.insert(request.prompt.end(), own.begin(), own.end());
        SamplingParams& params = request.sampling;
        params.max_tokens = 10 + below(70);
        params.ignore_eos = true;
        params.temperature = i % 3 == 0 ? 0.0F : 1.0F;
        params.seed = i;
        params.logprobs = 2;
        if (i % 5 == 0) params.n = 2;
        if (i % 4 == 1) params.top_p = 0.9F;
        if (i % 4 == 2) params.repetition_penalty = 1.2F;
        if (model.HasAdapters() && i % 3 == 1) request.adapter = "lora";
    }
    return requests;
}

using Outputs = std::vector<std::map<int32_t, ChoiceOutput>>;

class BatchingChangesNothingForModels : public ::testing::TestWithParam<ModelCase> {
  protected:
    void ExpectSame(const TestModel& model, const std::vector<GenerateRequest>& requests,
                    const Outputs& alone, Engine& engine) {
        std::vector<Collector> together(requests.size());
        for (size_t i = 0; i < requests.size(); ++i) {
            OrThrow(engine.Submit(requests[i], together[i].Sink()));
        }
        for (size_t i = 0; i < requests.size(); ++i) {
            ASSERT_TRUE(together[i].Wait());
            ASSERT_FALSE(together[i].error) << together[i].error->ToString();
            EXPECT_TRUE(together[i].choices == alone[i])
                << "request " << i << ": "
                << model.tokenizer().Decode(together[i].choices[0].tokens, false) << " | "
                << model.tokenizer().Decode(alone[i].at(0).tokens, false);
        }
    }
};

TEST_P(BatchingChangesNothingForModels, PrefixCachePreemptionDraftsAndAdapters) {
    const TestModel model(GetParam());
    const auto requests = SomeRequests(model);
    constexpr int32_t kPlenty = 1000, kScarce = 24;  // a request needs up to 22 (n = 2)
    EngineOptions plain;
    plain.threads = 2;
    plain.prefix_cache = false;
    Outputs alone;
    {
        const auto engine = model.Start(plain, kPlenty, false);
        for (const GenerateRequest& request : requests) {
            Collector result;
            OrThrow(engine->Submit(request, result.Sink()));
            ASSERT_TRUE(result.Wait());
            alone.push_back(result.choices);
        }
        SCOPED_TRACE("together");
        ExpectSame(model, requests, alone, *engine);
    }
    EngineOptions cached = plain;
    cached.prefix_cache = true;
    {
        SCOPED_TRACE("prefix cache, other threads");
        cached.threads = 1;
        const auto engine = model.Start(cached, kPlenty, false);
        for (int round = 0; round < 2; ++round) ExpectSame(model, requests, alone, *engine);
        EXPECT_GT(engine->stats().prefix_cache_hits, 500U);
    }
    for (const bool prefix_cache : {false, true}) {
        SCOPED_TRACE("preemption, small chunks");
        EngineOptions scarce = plain;
        scarce.prefix_cache = prefix_cache;
        scarce.max_batch_tokens = 48;
        const auto engine = model.Start(scarce, kScarce, false);
        ExpectSame(model, requests, alone, *engine);
        EXPECT_GT(engine->stats().preemptions, 0U);
    }
    {
        SCOPED_TRACE("n-gram drafts");
        EngineOptions speculative = cached;
        speculative.speculative_ngram = 4;
        const auto engine = model.Start(speculative, kPlenty, false);
        ExpectSame(model, requests, alone, *engine);
        EXPECT_GT(engine->stats().draft_tokens, 0U);
    }
    {
        SCOPED_TRACE("a draft model");
        const auto engine = model.Start(cached, kPlenty, true);
        ExpectSame(model, requests, alone, *engine);
        EXPECT_GT(engine->stats().accepted_tokens, 0U);
    }
}

ModelCase Made(std::string architecture, std::string quant, std::string kv_type = "f16") {
    ModelCase one;
    one.name = architecture + "_" + quant + "_" + kv_type;
    one.make.architecture = std::move(architecture);
    one.make.recipe = std::move(quant);
    one.make.threads = 1;
    one.make.vocabulary = 320;  // few, so that texts repeat and drafts are found
    if (kv_type == "q8_0") one.make.head_size = 32;
    one.kv_type = std::move(kv_type);
    return one;
}

ModelCase WithAdapters() {
    ModelCase one{.name = "llama_lora", .make = {}, .kv_type = "f32"};
    one.make.architecture.clear();
    return one;
}

INSTANTIATE_TEST_SUITE_P(Models, BatchingChangesNothingForModels,
                         ::testing::Values(WithAdapters(), Made("llama", "q8_0"),
                                           Made("qwen2", "q4_0"), Made("qwen3", "q4_k_m", "q8_0"),
                                           Made("gemma2", "bf16"), Made("gemma3", "q5_k_m"),
                                           Made("phi3", "f16", "q8_0")),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace argosy
