#include "model/make_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "model/model_file.h"
#include "model/quant_recipe.h"

namespace argosy {
namespace {

class MakeModelTest : public testing::Test {
  protected:
    void SetUp() override {
        path_ =
            std::filesystem::path(testing::TempDir()) /
            (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".gguf");
    }
    void TearDown() override { std::filesystem::remove(path_); }
    std::string Bytes() const {
        std::ifstream in(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::filesystem::path path_;
};

TEST_F(MakeModelTest, WritesEveryArchitectureWithAFullVocabulary) {
    for (const std::string& architecture : MakeModelArchitectures()) {
        MakeModelOptions options;
        options.architecture = architecture;
        const auto made = MakeModel(path_, options);
        ASSERT_TRUE(made) << made.error().ToString();
        const auto model = OrThrow(OpenModel(path_));
        EXPECT_EQ(model->GetString("general.architecture"), architecture);
        const auto* tokens = model->GetStrings("tokenizer.ggml.tokens");
        ASSERT_NE(tokens, nullptr);
        EXPECT_EQ(tokens->size(), 640u) << architecture;
        EXPECT_EQ(std::set<std::string>(tokens->begin(), tokens->end()).size(), 640u);
        EXPECT_EQ(model->FindTensor("token_embd.weight")->rows(), 640);
        EXPECT_LT(std::filesystem::file_size(path_), 800'000u) << architecture;
    }
}

TEST_F(MakeModelTest, AnEncodersHeadsShareItsWidth) {
    MakeModelOptions options;
    options.architecture = "bert";
    options.width = 256;
    options.heads = 8;
    OrThrow(MakeModel(path_, options));
    EXPECT_EQ(OrThrow(OpenModel(path_))->FindTensor("blk.0.attn_q.weight")->rows(), 256);
    options.head_size = 16;
    EXPECT_EQ(MakeModel(path_, options).error().message,
              "bert needs heads * head_size = width and kv_heads = heads");
}

TEST_F(MakeModelTest, FillsVocabulariesOfAnySizeForEveryTokenizer) {
    for (const char* tokenizer : {"bpe", "spm", "wordpiece"}) {
        for (const int64_t size : {300, 1000, 20000}) {
            MakeModelOptions options;
            options.tokenizer = tokenizer;
            options.vocabulary = size;
            ASSERT_TRUE(MakeModel(path_, options));
            const auto model = OrThrow(OpenModel(path_));
            const auto& tokens = *model->GetStrings("tokenizer.ggml.tokens");
            EXPECT_EQ(tokens.size(), static_cast<size_t>(size)) << tokenizer;
            EXPECT_EQ(std::set<std::string>(tokens.begin(), tokens.end()).size(), tokens.size());
        }
    }
}

TEST_F(MakeModelTest, SameSeedSameBytesWhateverTheThreads) {
    MakeModelOptions options;
    options.recipe = "q4_k_m";
    options.width = 256;
    options.threads = 1;
    ASSERT_TRUE(MakeModel(path_, options));
    const std::string first = Bytes();
    options.threads = 3;
    ASSERT_TRUE(MakeModel(path_, options));
    EXPECT_EQ(Bytes(), first);
    options.seed = 2;
    ASSERT_TRUE(MakeModel(path_, options));
    EXPECT_NE(Bytes(), first);
}

TEST_F(MakeModelTest, WritesEveryRecipe) {
    for (const QuantRecipe& recipe : AllRecipes()) {
        MakeModelOptions options;
        options.recipe = recipe.name;
        options.width = 256;
        options.feed_forward = 256;
        ASSERT_TRUE(MakeModel(path_, options));
        const auto model = OrThrow(OpenModel(path_));
        EXPECT_EQ(model->FindTensor("blk.1.ffn_up.weight")->type, recipe.base) << recipe.name;
        EXPECT_EQ(model->FindTensor("blk.1.ffn_norm.weight")->type, DType::kF32);
        EXPECT_EQ(model->GetInt("general.file_type"), recipe.file_type);
    }
}

TEST_F(MakeModelTest, NamesTheOptionThatIsWrong) {
    const auto message = [&](auto change) {
        MakeModelOptions options;
        change(options);
        return MakeModel(path_, options).error().message;
    };
    EXPECT_EQ(message([](auto& o) { o.architecture = "gpt5"; }),
              "unknown architecture \"gpt5\"; known are llama, qwen2, qwen3, gemma2, gemma3, phi3, "
              "bert, nomic-bert");
    EXPECT_EQ(message([](auto& o) { o.preset = "9b"; }),
              "unknown preset \"9b\"; known are tiny, 0.6b, 1.7b");
    EXPECT_EQ(message([](auto& o) { o.vocabulary = 10; }),
              "vocabulary is 10, not within 300 to 1048576");
    EXPECT_EQ(message([](auto& o) { o.kv_heads = 3; }),
              "heads (4) must be a multiple of kv_heads (3), head_size (16) even");
    EXPECT_EQ(message([](auto& o) { o.tokenizer = "tiktoken"; }),
              "unknown tokenizer \"tiktoken\"; known are bpe, spm, wordpiece");
    EXPECT_NE(message([](auto& o) { o.recipe = "q7"; }).find("unknown quantisation \"q7\""),
              std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(MakeModelTest, LearnsItsTokensFromText) {
    const auto text = std::filesystem::path(testing::TempDir()) / "learned.jsonl";
    std::ofstream out(text);
    for (const char* first : {"ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru"}) {
        for (const char* second : {"sa", "te", "vi", "wo", "zu"}) {
            for (const char* third : {"ban", "del", "fir", "gom"}) {
                const std::string word = std::string(first) + second + third;
                out << R"({"q":"a lantern )" << word << R"(","n":[{"x":")" << word << "\"}]}\n";
            }
        }
    }
    out.close();
    for (const auto& [tokenizer, word] :
         {std::pair{"bpe", "Ġlantern"}, {"wordpiece", "▁lantern"}}) {
        MakeModelOptions options;
        options.tokenizer = tokenizer;
        options.vocabulary = 300;
        options.vocabulary_from = {text};
        OrThrow(MakeModel(path_, options));
        const auto model = OrThrow(OpenModel(path_));
        const auto& tokens = *model->GetStrings("tokenizer.ggml.tokens");
        EXPECT_EQ(tokens.size(), 300u);
        EXPECT_NE(std::ranges::find(tokens, word), tokens.end());
        options.vocabulary = 30000;
        EXPECT_NE(MakeModel(path_, options).error().message.find("the text is enough for a"),
                  std::string::npos);
    }
    std::ofstream(text) << "{\"q\": 1}\nnot json\n";
    MakeModelOptions options;
    options.vocabulary_from = {text};
    options.tokenizer = "bpe";
    const auto bad = MakeModel(path_, options);
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().ToString().find("learned.jsonl:2: not JSON"), std::string::npos);
    std::filesystem::remove(text);
}

TEST_F(MakeModelTest, StartsTrainingFromSmallWeights) {
    MakeModelOptions options;
    options.init = "training";
    options.recipe = "f32";
    ASSERT_TRUE(MakeModel(path_, options));
    const auto model = OrThrow(OpenModel(path_));
    EXPECT_EQ(model->FindTensor("output.weight"), nullptr);  // the embedding again
    const TensorView* norm = model->FindTensor("blk.0.attn_norm.weight");
    for (const float value : std::span(reinterpret_cast<const float*>(norm->bytes.data()), 64)) {
        EXPECT_EQ(value, 1.0f);
    }
    options.init = "recall";
    EXPECT_NE(MakeModel(path_, options).error().message.find("needs architecture qwen2"),
              std::string::npos);
    // A head so large that what it compares of the second token before is more than is known of it.
    options.architecture = "qwen2";
    options.layers = 4;
    options.width = 144;
    options.heads = options.kv_heads = 4;
    options.head_size = 64;
    EXPECT_FALSE(MakeModel(path_, options));
    options.width = 256;
    EXPECT_TRUE(MakeModel(path_, options));
    options.init = "glorot";
    EXPECT_EQ(MakeModel(path_, options).error().message,
              "unknown --init \"glorot\"; known are random, training, recall");
}

TEST(QuantRecipe, MixesTypesAsLlamaCppDoes) {
    const Metadata metadata{{"general.architecture", std::string("qwen3")},
                            {"qwen3.block_count", int64_t{28}},
                            {"qwen3.attention.head_count", int64_t{16}},
                            {"qwen3.attention.head_count_kv", int64_t{8}}};
    const auto tensor = [](std::string name, int64_t columns, int64_t rows) {
        TensorView view;
        view.name = std::move(name);
        view.shape = {columns, rows, 1, 1};
        return view;
    };
    const std::vector<TensorView> tensors{tensor("token_embd.weight", 1024, 100)};
    const auto choose = [&](const char* recipe, const char* name, int64_t columns = 1024) {
        const TypeChooser chooser(*FindRecipe(recipe), metadata, tensors);
        return std::string(FindDType(chooser.Choose(tensor(name, columns, 8)))->name);
    };
    EXPECT_EQ(choose("q4_k", "token_embd.weight"), "Q6_K");
    EXPECT_EQ(choose("q8_0", "token_embd.weight"), "Q8_0");
    EXPECT_EQ(choose("Q4_K_M", "blk.0.attn_v.weight"), "Q6_K");
    EXPECT_EQ(choose("q4_k_m", "blk.3.ffn_down.weight"), "Q4_K");
    EXPECT_EQ(choose("q4_k_m", "blk.5.ffn_down.weight"), "Q6_K");
    EXPECT_EQ(choose("q4_k_m", "blk.27.ffn_down.weight"), "Q6_K");
    EXPECT_EQ(choose("q4_k_m", "blk.0.attn_q.weight"), "Q4_K");
    EXPECT_EQ(choose("q4_k_m", "blk.0.attn_q.weight", 96), "Q5_0");
    EXPECT_EQ(choose("q6_k", "blk.0.attn_q.weight", 96), "Q8_0");
    EXPECT_EQ(choose("q6_k", "blk.0.attn_q.weight", 90), "F16");
    EXPECT_EQ(choose("bf16", "blk.0.attn_q.weight", 90), "BF16");
    EXPECT_EQ(choose("q4_0", "position_embd.weight"), "F32");
}

}  // namespace
}  // namespace argosy
