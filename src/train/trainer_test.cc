#include "train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "model/make_model.h"

namespace argosy::train {
namespace {

std::filesystem::path Temporary(const std::string& name) {
    return std::filesystem::temp_directory_path() / fmt::format("argosy-{}-{}", name, getpid());
}

/// Opens it, then forgets the file: the mapping stays.
std::unique_ptr<ModelFile> MadeModel(const std::string& architecture,
                                     const std::string& recipe = "f32") {
    const std::filesystem::path path = Temporary(architecture + ".gguf");
    MakeModelOptions options;
    options.architecture = architecture;
    options.recipe = recipe;
    options.layers = 2;
    options.width = 64;
    options.heads = 4;
    options.feed_forward = 96;
    OrThrow(MakeModel(path, options));
    auto model = OrThrow(OpenModel(path));
    std::filesystem::remove(path);
    return model;
}

std::vector<Example> Examples(size_t count) {
    std::vector<Example> examples;
    for (size_t i = 0; i < count; ++i) {
        Example& example = examples.emplace_back();
        for (size_t at = 0; at < 6 + i * 7 % 19; ++at) {
            example.tokens.push_back(static_cast<TokenId>(20 + (i + at * (1 + i % 3)) % 50));
            example.trained.push_back(at >= 2);
        }
    }
    return examples;
}

TrainOptions Options() {
    TrainOptions options;
    options.lora.rank = 4;
    options.optimizer.learning_rate = 1e-2;
    options.batch.examples = 4;
    options.max_steps = 6;
    options.threads = 2;
    return options;
}

std::vector<double> Losses(std::unique_ptr<ModelFile> model, const TrainOptions& options,
                           const std::vector<Example>& examples) {
    Trainer trainer = OrThrow(Trainer::Create(std::move(model), options));
    std::vector<double> losses;
    Observer observer;
    observer.step = [&](const StepReport& report) { losses.push_back(report.loss); };
    OrThrow(trainer.Train(examples, {}, observer));
    return losses;
}

void ExpectNear(const std::vector<double>& got, const std::vector<double>& expected, double most) {
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], most) << i;
}

TEST(Trainer, PackedSequencesNeverSeeEachOther) {
    // One pass of all examples has the loss of each alone, weighted.
    const auto examples = Examples(9);
    for (const char* architecture : {"llama", "gemma3"}) {
        TrainOptions options = Options();
        options.batch.pack = true;
        options.batch.pack_tokens = 1000;
        Trainer trainer = OrThrow(Trainer::Create(MadeModel(architecture), options));
        double sum = 0, terms = 0;
        for (const Example& example : examples) {
            const auto trained = static_cast<double>(example.tokens.size() - 2);
            sum += OrThrow(trainer.Evaluate(std::span(&example, 1))) * trained;
            terms += trained;
        }
        EXPECT_NEAR(OrThrow(trainer.Evaluate(examples)), sum / terms, 1e-5) << architecture;
    }
}

TEST(Trainer, AccumulatedPassesAreOneBatch) {
    TrainOptions whole = Options(), parts = Options();
    whole.batch.examples = 8;
    parts.batch.examples = 2;
    parts.batch.accumulation = 4;
    const auto examples = Examples(24);
    ExpectNear(Losses(MadeModel("qwen3"), parts, examples),
               Losses(MadeModel("qwen3"), whole, examples), 1e-4);
}

TEST(Trainer, RecomputedLayersGiveTheSameLossesWithDropoutToo) {
    for (const Method method : {Method::kLora, Method::kFull}) {
        TrainOptions plain = Options();
        plain.method = method;
        plain.lora.dropout = 0.2;
        plain.optimizer.learning_rate = 1e-3;
        TrainOptions recomputed = plain;
        recomputed.recompute_layers = true;
        const auto examples = Examples(24);
        ExpectNear(Losses(MadeModel("llama"), recomputed, examples),
                   Losses(MadeModel("llama"), plain, examples), 1e-6);
    }
}

TEST(Trainer, Bf16IsNearF32) {
    TrainOptions options = Options();
    const auto examples = Examples(24);
    const auto expected = Losses(MadeModel("qwen2"), options, examples);
    options.bf16 = true;
    ExpectNear(Losses(MadeModel("qwen2"), options, examples), expected, 0.05);
}

TEST(Trainer, QloraEqualsLoraOnTheDequantisedBase) {
    // The base's blocks are the same numbers, whether read at each use or once.
    TrainOptions lora = Options(), qlora = Options();
    qlora.method = Method::kQlora;
    const auto examples = Examples(24);
    ExpectNear(Losses(MadeModel("llama", "q8_0"), qlora, examples),
               Losses(MadeModel("llama", "q8_0"), lora, examples), 1e-4);
    qlora.lora.base_recipe = "q4_0";
    const auto quantised = Losses(MadeModel("llama", "f32"), qlora, examples);
    EXPECT_LT(quantised.back(), quantised.front());
}

TEST(Trainer, SeedDecidesTheLossesToTheBit) {
    TrainOptions options = Options();
    options.lora.dropout = 0.1;
    const auto examples = Examples(24);
    const auto losses = Losses(MadeModel("llama"), options, examples);
    EXPECT_EQ(Losses(MadeModel("llama"), options, examples), losses);
    options.seed = 2;
    EXPECT_NE(Losses(MadeModel("llama"), options, examples), losses);
}

TEST(Trainer, StopsEarlyWithTheBestWeights) {
    TrainOptions options = Options();
    options.max_steps = 200;
    options.optimizer.learning_rate = 0.05;
    options.evaluation = {2, 3};
    std::vector<Example> other = Examples(4);
    for (Example& example : other) std::ranges::reverse(example.tokens);
    Trainer trainer = OrThrow(Trainer::Create(MadeModel("llama"), options));
    double best = INFINITY;
    Observer observer;
    observer.evaluation = [&](const EvaluationReport& report) {
        EXPECT_EQ(report.best, report.loss < best);
        best = std::min(best, report.loss);
    };
    const TrainSummary summary =
        OrThrow(trainer.Train(Examples(8), std::span<const Example>(other), observer));
    EXPECT_EQ(summary.ending, Ending::kEarly);
    EXPECT_LT(summary.steps, 200);
    EXPECT_EQ(summary.best_evaluation, best);
    EXPECT_EQ(OrThrow(trainer.Evaluate(other)), best);
}

TEST(Trainer, WritesAMergedModelInTheAskedType) {
    const std::filesystem::path path = Temporary("merged.gguf");
    TrainOptions options = Options();
    options.method = Method::kFull;
    Trainer trainer = OrThrow(Trainer::Create(MadeModel("llama", "f32"), options));
    OrThrow(trainer.Train(Examples(8), std::span<const Example>()));
    OrThrow(trainer.ExportMerged(path, "q8_0"));
    const auto expected = OrThrow(trainer.Evaluate(Examples(8)));
    auto model = OrThrow(OpenModel(path));
    EXPECT_EQ(model->FindTensor("blk.0.ffn_up.weight")->type, DType::kQ8_0);
    Trainer reopened = OrThrow(Trainer::Create(std::move(model), options));
    EXPECT_NEAR(OrThrow(reopened.Evaluate(Examples(8))), expected, 0.02);
    std::filesystem::remove(path);
}

std::string ErrorOf(const TrainOptions& options, const std::vector<Example>& examples) {
    auto trainer = Trainer::Create(MadeModel("llama"), options);
    if (!trainer) return trainer.error().ToString();
    const auto trained = trainer->Train(examples, std::span<const Example>());
    return trained ? "" : trained.error().ToString();
}

TEST(Trainer, SaysWhatIsWrong) {
    TrainOptions options = Options();
    options.lora.targets = {"q_proj", "qkv_proj"};
    EXPECT_EQ(ErrorOf(options, Examples(1)),
              "the model has no projection \"qkv_proj\"; it has q_proj, k_proj, v_proj, o_proj, "
              "gate_proj, up_proj, down_proj");
    options = Options();
    options.lora.rank = 0;
    EXPECT_EQ(ErrorOf(options, Examples(1)), "rank is 0, must be 1 to 1024");
    std::vector<Example> examples = Examples(3);
    examples[1].trained.assign(examples[1].tokens.size(), 0);
    EXPECT_EQ(ErrorOf(Options(), examples), "example 1: no token of it is trained");
    examples = Examples(3);
    examples[2].tokens[0] = 1 << 20;
    EXPECT_NE(ErrorOf(Options(), examples).find("example 2: token 1048576"), std::string::npos);
    options = Options();
    options.context = 5;
    EXPECT_EQ(ErrorOf(options, Examples(1)), "example 0: 6 tokens, at most 5 fit");
}

}  // namespace
}  // namespace argosy::train
