// Logits and greedy texts equal those of Hugging Face transformers, for a tiny random model of
// every architecture; whole prompts and prompts in chunks.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "engine/load.h"

namespace argosy {
namespace {

constexpr float kTolerance = 1e-3F;

std::filesystem::path Folder(const std::string& name) {
    return std::filesystem::path(ARGOSY_TESTDATA) / "logits" / name;
}

json::object Expected(const std::string& name) {
    std::ifstream file(Folder(name) / "expected.json");
    std::ostringstream text;
    text << file.rdbuf();
    return OrThrow(ParseJson(text.str())).as_object();
}

template <typename T>
std::vector<T> Numbers(const json::value& array) {
    std::vector<T> out;
    for (const json::value& value : array.as_array()) out.push_back(value.to_number<T>());
    return out;
}

std::unique_ptr<ModelRunner> Load(const std::string& name) {
    EngineOptions options;
    options.threads = 2;
    options.kv_type = "f32";
    return OrThrow(LoadRunner(OrThrow(OpenModel(Folder(name))), options));
}

// One sequence at a time, in blocks that are not in order.
class Sequence {
  public:
    Sequence(ModelRunner& runner, const LoraAdapter* adapter) : runner_(runner), adapter_(adapter) {
        for (int32_t block = 15; block >= 0; --block) blocks_.push_back(block);
        OrThrow(runner.AllocateKv(16));
    }
    /// Logits of all rows of `tokens`.
    std::vector<float> Run(std::span<const TokenId> tokens) {
        SequenceStep step;
        step.tokens = tokens;
        step.position = position_;
        step.blocks = blocks_;
        step.adapter = adapter_;
        const auto logits = OrThrow(runner_.Forward({&step, 1}));
        position_ += static_cast<int32_t>(tokens.size());
        return {logits.begin(), logits.end()};
    }

  private:
    ModelRunner& runner_;
    const LoraAdapter* adapter_;
    std::vector<int32_t> blocks_;
    int32_t position_ = 0;
};

std::vector<float> RunInChunks(Sequence& sequence, std::span<const TokenId> prompt, size_t chunk) {
    std::vector<float> all;
    for (size_t at = 0; at < prompt.size(); at += chunk) {
        const auto part = sequence.Run(prompt.subspan(at, std::min(chunk, prompt.size() - at)));
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

void CheckCase(ModelRunner& runner, const json::object& one, const LoraAdapter* adapter,
               size_t chunk) {
    const auto prompt = Numbers<TokenId>(one.at("prompt"));
    const auto vocabulary = static_cast<size_t>(runner.info().vocab_size);
    Sequence sequence(runner, adapter);
    std::vector<float> logits = RunInChunks(sequence, prompt, chunk);
    const auto rows = Numbers<size_t>(one.at("rows"));
    for (size_t i = 0; i < rows.size(); ++i) {
        const auto expected = Numbers<float>(one.at("logits").as_array()[i]);
        ASSERT_EQ(expected.size(), vocabulary);
        for (size_t v = 0; v < vocabulary; ++v) {
            ASSERT_NEAR(logits[rows[i] * vocabulary + v], expected[v], kTolerance)
                << "prompt of " << prompt.size() << " tokens, row " << rows[i] << ", token " << v;
        }
    }
    std::vector<float> last(logits.end() - static_cast<std::ptrdiff_t>(vocabulary), logits.end());
    for (const TokenId expected : Numbers<TokenId>(one.at("greedy"))) {
        const TokenId token = static_cast<TokenId>(std::ranges::max_element(last) - last.begin());
        ASSERT_EQ(token, expected);
        last = sequence.Run({&token, 1});
    }
}

class LogitsEqualTransformers : public ::testing::TestWithParam<std::string> {};

TEST_P(LogitsEqualTransformers, WholePromptsAndInChunks) {
    const auto runner = Load(GetParam());
    for (const json::value& one : Expected(GetParam()).at("cases").as_array()) {
        for (const size_t chunk : {size_t{1000}, size_t{7}}) {
            CheckCase(*runner, one.as_object(), nullptr, chunk);
            if (HasFatalFailure()) return;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Decoders, LogitsEqualTransformers,
                         ::testing::Values("llama", "llama-linear", "llama-llama3", "llama-yarn",
                                           "mistral-window", "qwen2", "qwen3", "gemma2", "gemma3",
                                           "phi3", "phi3-longrope"),
                         [](const auto& info) {
                             std::string name = info.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST(LogitsEqualPeft, WithALoraAdapter) {
    const auto runner = Load("llama");
    const auto loaded = OrThrow(runner->LoadAdapter(Folder("llama-lora")));
    EXPECT_EQ(loaded.rank, 4);
    for (const json::value& one : Expected("llama-lora").at("cases").as_array()) {
        CheckCase(*runner, one.as_object(), loaded.adapter.get(), 1000);
        if (HasFatalFailure()) return;
    }
    // The base model next to it is as it was.
    for (const json::value& one : Expected("llama").at("cases").as_array()) {
        CheckCase(*runner, one.as_object(), nullptr, 1000);
        if (HasFatalFailure()) return;
    }
}

void CheckVectors(const std::vector<float>& got, const json::value& expected) {
    size_t at = 0;
    for (const json::value& row : expected.as_array()) {
        for (const float value : Numbers<float>(row)) ASSERT_NEAR(got[at++], value, kTolerance);
    }
    EXPECT_EQ(at, got.size());
}

class EmbeddingsEqualTransformers : public ::testing::TestWithParam<std::string> {};

TEST_P(EmbeddingsEqualTransformers, InOneBatchAndAlone) {
    const auto runner = Load(GetParam());
    const json::object expected = Expected(GetParam());
    std::vector<std::vector<TokenId>> inputs;
    for (const json::value& input : expected.at("inputs").as_array()) {
        inputs.push_back(Numbers<TokenId>(input));
    }
    for (const auto& [name, pooling] :
         {std::pair{"mean", Pooling::kMean}, {"cls", Pooling::kCls}, {"last", Pooling::kLast}}) {
        if (!expected.contains(name)) continue;
        const auto batch = OrThrow(runner->Embed(inputs, {}, pooling));
        CheckVectors(batch, expected.at(name));
        std::vector<float> alone;
        for (const auto& input : inputs) {
            const auto one = OrThrow(runner->Embed({&input, 1}, {}, pooling));
            alone.insert(alone.end(), one.begin(), one.end());
        }
        EXPECT_EQ(alone, batch) << "an input's embedding depends on its batch";
    }
}

INSTANTIATE_TEST_SUITE_P(Encoders, EmbeddingsEqualTransformers,
                         ::testing::Values("bert", "qwen3-embedding"), [](const auto& info) {
                             std::string name = info.param;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST(ScoresEqualTransformers, OfABertClassifier) {
    const auto runner = Load("bert-reranker");
    EXPECT_TRUE(runner->info().reranks);
    const json::object expected = Expected("bert-reranker");
    std::vector<std::vector<TokenId>> inputs;
    std::vector<std::vector<int32_t>> types;
    for (const json::value& input : expected.at("inputs").as_array()) {
        inputs.push_back(Numbers<TokenId>(input));
    }
    for (const json::value& input : expected.at("types").as_array()) {
        types.push_back(Numbers<int32_t>(input));
    }
    const auto scores = OrThrow(runner->Score(inputs, types));
    const auto wanted = Numbers<float>(expected.at("scores"));
    for (size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(scores[i], wanted[i], kTolerance);
}

TEST(Runner, ComesBackFromSleep) {
    const auto runner = Load("llama");
    const json::value one = Expected("llama").at("cases").as_array()[1];
    CheckCase(*runner, one.as_object(), nullptr, 1000);
    runner->Sleep();
    const TokenId token = 5;
    SequenceStep step;
    step.tokens = {&token, 1};
    EXPECT_EQ(runner->Forward({&step, 1}).error().code, ErrorCode::kUnavailable);
    OrThrow(runner->Wake());
    CheckCase(*runner, one.as_object(), nullptr, 1000);
}

TEST(Adapter, ThatDoesNotFitSaysWhichTensorAndBothShapes) {
    const auto runner = Load("qwen3");
    const auto loaded = runner->LoadAdapter(Folder("llama-lora"));
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(loaded.error().ToString().find("attn_"), std::string::npos);
    EXPECT_EQ(runner->LoadAdapter(Folder("none")).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace argosy
