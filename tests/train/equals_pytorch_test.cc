// The first 50 losses of training equal those of PyTorch, transformers and PEFT, for LoRA, full and
// contrastive training; and what is exported gives the engine the trainer's logits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "engine/load.h"
#include "tests/train/train_fixtures.h"
#include "train/trainer.h"

namespace argosy::train {
namespace {

constexpr double kTolerance = 1e-3;

TrainOptions FixtureOptions(const json::object& fixture) {
    TrainOptions options;
    options.lora.rank = 4;
    options.lora.alpha = 8;
    options.optimizer.learning_rate = fixture.at("learning_rate").to_number<double>();
    options.optimizer.weight_decay = 0.01;
    options.optimizer.warmup_steps = 5;
    options.batch.examples = 4;
    options.batch.accumulation = 2;
    options.batch.shuffle = false;
    options.max_steps = 50;
    options.threads = 2;
    return options;
}

Trainer Make(const std::string& model, const TrainOptions& options) {
    return OrThrow(Trainer::Create(OrThrow(OpenModel(DataFolder() / "logits" / model)), options));
}

struct Course {
    std::vector<double> losses, norms;
    Observer observer() {
        Observer observer;
        observer.step = [this](const StepReport& report) {
            losses.push_back(report.loss);
            norms.push_back(report.gradient_norm);
        };
        return observer;
    }
};

void ExpectLosses(const Course& course, const json::object& fixture) {
    const auto expected = Numbers<double>(fixture.at("losses"));
    ASSERT_EQ(course.losses.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(course.losses[i], expected[i], kTolerance) << "step " << i + 1;
    }
    EXPECT_LT(expected.back(), expected.front() * 0.8) << "the fixture learns nothing";
    if (!fixture.contains("norms")) return;
    const auto norms = Numbers<double>(fixture.at("norms"));
    for (size_t i = 0; i < 10; ++i) {
        EXPECT_NEAR(course.norms[i], norms[i], 1e-3 * (1 + norms[i])) << "step " << i + 1;
    }
}

// The last row of logits of the first example.
std::vector<float> LastLogits(Trainer& trainer) {
    const auto logits = OrThrow(trainer.Logits(FixtureExamples()[0].tokens));
    return {logits.end() - 96, logits.end()};
}

std::vector<float> EngineLogits(ModelRunner& runner, const LoraAdapter* adapter) {
    const std::vector<TokenId> tokens = FixtureExamples()[0].tokens;
    OrThrow(runner.AllocateKv(8));
    const std::vector<int32_t> blocks = {0, 1, 2, 3, 4, 5, 6, 7};
    SequenceStep step;
    step.tokens = tokens;
    step.blocks = blocks;
    step.logits_from = static_cast<int32_t>(tokens.size()) - 1;
    step.adapter = adapter;
    const auto logits = OrThrow(runner.Forward({&step, 1}));
    return {logits.begin(), logits.end()};
}

void ExpectNear(const std::vector<float>& got, const std::vector<float>& expected, float most) {
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], most) << i;
}

std::unique_ptr<ModelRunner> EngineFor(std::unique_ptr<ModelFile> model) {
    EngineOptions options;
    options.threads = 2;
    options.kv_type = "f32";
    return OrThrow(LoadRunner(std::move(model), options));
}

class TemporaryFolder {
  public:
    TemporaryFolder() { std::filesystem::create_directories(path); }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / fmt::format("argosy-train-{}", getpid());
};

class LoraEqualsPeft : public ::testing::TestWithParam<std::string> {};

TEST_P(LoraEqualsPeft, LossesAndExportedAdapters) {
    const json::object fixture = ReadFixture(GetParam() + "-lora.json");
    TrainOptions options = FixtureOptions(fixture);
    options.lora.start = DataFolder() / "train" / (GetParam() + "-lora-start");
    Trainer trainer = Make(GetParam(), options);
    Course course;
    OrThrow(trainer.Train(FixtureExamples(), std::span<const Example>(), course.observer()));
    ExpectLosses(course, fixture);
    const auto logits = LastLogits(trainer);
    ExpectNear(logits, Numbers<float>(fixture.at("logits")), 2e-2F);

    // For `tools/fixtures/train.py check`, which loads it in PEFT.
    if (const char* exports = std::getenv("ARGOSY_TRAIN_EXPORTS")) {
        OrThrow(trainer.ExportPeft(std::filesystem::path(exports) / GetParam()));
    }
    const TemporaryFolder folder;
    OrThrow(trainer.ExportPeft(folder.path / "peft"));
    OrThrow(trainer.ExportGgufAdapter(folder.path / "adapter.gguf"));
    const auto runner = EngineFor(OrThrow(OpenModel(DataFolder() / "logits" / GetParam())));
    for (const char* name : {"peft", "adapter.gguf"}) {
        const auto loaded = OrThrow(runner->LoadAdapter(folder.path / name));
        ExpectNear(EngineLogits(*runner, loaded.adapter.get()), logits, 2e-3F);
    }
    ExpectNear(EngineLogits(*EngineFor(OrThrow(trainer.Merged())), nullptr), logits, 2e-3F);
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
    std::string name = info.param;
    std::ranges::replace(name, '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Decoders, LoraEqualsPeft,
                         ::testing::Values("llama", "llama-yarn", "mistral-window", "qwen2",
                                           "qwen3", "gemma2", "gemma3", "phi3"),
                         TestName);

class FullEqualsTransformers : public ::testing::TestWithParam<std::string> {};

TEST_P(FullEqualsTransformers, LossesAndMergedModel) {
    const json::object fixture = ReadFixture(GetParam() + "-full.json");
    TrainOptions options = FixtureOptions(fixture);
    options.method = Method::kFull;
    Trainer trainer = Make(GetParam(), options);
    Course course;
    OrThrow(trainer.Train(FixtureExamples(), std::span<const Example>(), course.observer()));
    ExpectLosses(course, fixture);
    const auto logits = LastLogits(trainer);
    ExpectNear(logits, Numbers<float>(fixture.at("logits")), 2e-2F);
    ExpectNear(EngineLogits(*EngineFor(OrThrow(trainer.Merged())), nullptr), logits, 2e-3F);
}

INSTANTIATE_TEST_SUITE_P(Decoders, FullEqualsTransformers,
                         ::testing::Values("llama", "qwen2", "qwen3", "gemma2", "gemma3", "phi3"),
                         TestName);

class PairsEqualTransformers : public ::testing::TestWithParam<std::string> {};

TEST_P(PairsEqualTransformers, LossesAndEmbeddings) {
    const json::object fixture = ReadFixture(GetParam() + "-pairs.json");
    std::vector<Pair> pairs;
    for (const json::value& one : fixture.at("pairs").as_array()) {
        pairs.push_back(
            {Numbers<TokenId>(one.at("query")), Numbers<TokenId>(one.at("positive")), {}});
    }
    TrainOptions options = FixtureOptions(fixture);
    options.method = Method::kFull;
    options.optimizer.schedule = Schedule::kLinear;
    options.batch.examples = 8;
    options.batch.accumulation = 1;
    options.contrastive.pooling = Pooling::kMean;
    Trainer trainer = Make(GetParam(), options);
    Course course;
    OrThrow(trainer.Train(pairs, std::span<const Pair>(), course.observer()));
    ExpectLosses(course, fixture);
    const auto runner = EngineFor(OrThrow(trainer.Merged()));
    ExpectNear(OrThrow(runner->Embed({&pairs[0].query, 1}, {}, Pooling::kMean)),
               OrThrow(trainer.Embedding(pairs[0].query)), 2e-3F);
}

// The mean over queries of -log softmax at their own positive, among all positives and negatives of
// the batch (MultipleNegativesRankingLoss of sentence-transformers).
double ContrastiveLoss(Trainer& trainer, const std::vector<Pair>& pairs, double temperature) {
    const auto unit = [&](const std::vector<TokenId>& tokens) {
        std::vector<float> vector = OrThrow(trainer.Embedding(tokens));
        double length = 0;
        for (const float value : vector) length += double{value} * value;
        for (float& value : vector) value /= static_cast<float>(std::sqrt(length));
        return vector;
    };
    std::vector<std::vector<float>> candidates;
    for (const Pair& pair : pairs) candidates.push_back(unit(pair.positive));
    for (const Pair& pair : pairs) {
        for (const auto& negative : pair.negatives) candidates.push_back(unit(negative));
    }
    double loss = 0;
    for (size_t i = 0; i < pairs.size(); ++i) {
        const auto query = unit(pairs[i].query);
        double sum = 0, own = 0;
        for (size_t j = 0; j < candidates.size(); ++j) {
            const double score =
                std::inner_product(query.begin(), query.end(), candidates[j].begin(), 0.0) /
                temperature;
            sum += std::exp(score);
            if (j == i) own = score;
        }
        loss += std::log(sum) - own;
    }
    return loss / static_cast<double>(pairs.size());
}

TEST(PairLoss, NegativesAreCandidatesOfTheWholeBatch) {
    const std::vector<Pair> pairs{{{5, 6, 7}, {8, 9}, {{10, 11}, {12}}}, {{13}, {14, 15}, {}}};
    TrainOptions options;
    options.method = Method::kFull;
    options.max_steps = 1;
    options.contrastive.temperature = 0.5;
    Trainer trainer = Make("bert", options);
    const double expected = ContrastiveLoss(trainer, pairs, 0.5);
    Course course;
    OrThrow(trainer.Train(pairs, std::span<const Pair>(), course.observer()));
    ASSERT_EQ(course.losses.size(), 1u);
    EXPECT_NEAR(course.losses[0], expected, kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Embedders, PairsEqualTransformers,
                         ::testing::Values("bert", "qwen3-embedding"), TestName);

}  // namespace
}  // namespace argosy::train
