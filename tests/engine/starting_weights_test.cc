// A model that nobody trained, but begun with heads that copy, expects what it has read before.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <random>

#include "engine/load.h"
#include "model/make_model.h"
#include "tests/engine/engine_harness.h"

namespace argosy {
namespace {

std::shared_ptr<const ModelFile> Made(const std::string& init) {
    MakeModelOptions options;
    options.architecture = "qwen2";
    options.init = init;
    options.layers = 4;
    options.width = 256;
    options.heads = options.kv_heads = 4;
    options.head_size = 64;
    const auto path = std::filesystem::temp_directory_path() /
                      ("argosy-" + init + "-" + std::to_string(::getpid()) + ".gguf");
    OrThrow(MakeModel(path, options));
    std::shared_ptr<const ModelFile> model = OrThrow(OpenModel(path));
    std::filesystem::remove(path);  // stays mapped
    return model;
}

// The mean log probability of tokens where they stand for the second time.
double LogprobOfTheRepeated(const std::shared_ptr<const ModelFile>& model) {
    constexpr size_t kLength = 60;
    std::vector<TokenId> text(300);
    std::iota(text.begin(), text.end(), 260);
    std::shuffle(text.begin(), text.end(), std::mt19937(3));
    text.resize(kLength);  // each token once, so that there is one way to go on
    GenerateRequest request;
    request.prompt = text;
    request.prompt.insert(request.prompt.end(), text.begin(), text.end());
    request.sampling.max_tokens = 1;
    request.sampling.prompt_logprobs = 0;
    const auto tokenizer = OrThrow(LoadTokenizer(*model));
    EngineOptions options;
    options.threads = 1;
    options.context_length = 128;
    auto runner = OrThrow(LoadRunner(model, options));
    options.kv_cache_bytes = runner->info().kv_bytes_per_token * 256;
    const auto engine = OrThrow(Engine::Start(std::move(runner), *tokenizer, options));
    Collector answer;
    OrThrow(engine->Submit(request, answer.Sink()));
    EXPECT_TRUE(answer.Wait());
    const auto& all = answer.prompt_logprobs;
    EXPECT_EQ(all.size(), 2 * kLength);
    double sum = 0;
    for (size_t i = kLength + 1; i < all.size(); ++i) sum += all[i].logprob;
    return sum / (kLength - 1);
}

TEST(StartingWeights, RecallExpectsWhatItHasRead) {
    const double uniform = -std::log(640);  // of the vocabulary
    EXPECT_GT(LogprobOfTheRepeated(Made("recall")), uniform / 2);
    EXPECT_NEAR(LogprobOfTheRepeated(Made("training")), uniform, 0.5);
}

}  // namespace
}  // namespace argosy
