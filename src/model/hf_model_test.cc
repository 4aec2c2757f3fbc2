#include "model/hf_model.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "model/convert.h"
#include "model/half.h"
#include "model/hf_names.h"
#include "model/safetensors.h"

namespace argosy {
namespace {

/// The bytes of a safetensors file: a JSON header and data.
std::string Safetensors(const std::string& header, const std::string& data = "") {
    const uint64_t size = header.size();
    return std::string(reinterpret_cast<const char*>(&size), 8) + header + data;
}
auto Parse(const std::string& file) {
    return ParseSafetensors(std::as_bytes(std::span(file.data(), file.size())));
}

TEST(Safetensors, ReadsTensorsAndSkipsMetadata) {
    const std::string file = Safetensors(
        R"({"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]},)"
        R"("n":{"dtype":"I64","shape":[],"data_offsets":[4,12]}})",
        std::string(12, 'x'));
    const auto tensors = Parse(file);
    ASSERT_TRUE(tensors) << tensors.error().ToString();
    ASSERT_EQ(tensors->size(), 2u);
    EXPECT_EQ((*tensors)[0].type, DType::kBF16);
    EXPECT_EQ((*tensors)[0].shape, (std::vector<int64_t>{1, 2}));
    EXPECT_EQ((*tensors)[1].type, std::nullopt);
}

TEST(Safetensors, RefusesHostileFilesNamingTheTensor) {
    const auto tensor = [](const std::string& fields) {
        return Safetensors(R"({"t":{)" + fields + "}}", std::string(16, 'x'));
    };
    const std::pair<std::string, std::string> cases[] = {
        {"", "offset 0: header: the file ends here, 8 bytes expected"},
        {std::string(8, '\xff'),
         "offset 0: header: length 18446744073709551615 is more than the 0 bytes left"},
        {Safetensors("[1]"), "the header is no JSON object"},
        {Safetensors(R"({"t":5})"), "tensor t: its description is no object"},
        {tensor(R"("dtype":7)"), "tensor t: dtype is no text"},
        {tensor(R"("dtype":"F12")"), "tensor t: dtype \"F12\" is unknown"},
        {tensor(R"("dtype":"F32")"), "tensor t: shape is not an array of at most 8 numbers"},
        {tensor(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])"),
         "tensor t: shape has an element that is no whole number below 2^63"},
        {tensor(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4])"),
         "tensor t: the shape's product overflows"},
        {tensor(R"("dtype":"F32","shape":[1],"data_offsets":[16,20])"),
         "tensor t: data_offsets [16, 20] do not lie within the 16 bytes of data"},
        {tensor(R"("dtype":"F32","shape":[1],"data_offsets":[8,4])"),
         "tensor t: data_offsets [8, 4] do not lie within the 16 bytes of data"},
        {tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4])"),
         "tensor t: data_offsets [4] do not lie within the 16 bytes of data"},
        {tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"),
         "tensor t: data_offsets span 4 bytes, the shape takes 8"},
    };
    for (const auto& [file, error] : cases) {
        const auto tensors = Parse(file);
        ASSERT_FALSE(tensors) << error;
        EXPECT_EQ(tensors.error().ToString(), error);
    }
    EXPECT_EQ(Parse(Safetensors("{oops")).error().code, ErrorCode::kCorrupt);
}

TEST(HfNames, MapsEveryArchitecturesNames) {
    const auto name = [](const char* architecture, const char* hf, bool classifier = false) {
        return GgufTensorName(architecture, hf, classifier).value_or("unknown");
    };
    EXPECT_EQ(name("llama", "model.layers.31.self_attn.q_proj.weight"), "blk.31.attn_q.weight");
    EXPECT_EQ(name("llama", "model.layers.0.post_attention_layernorm.weight"),
              "blk.0.ffn_norm.weight");
    EXPECT_EQ(name("gemma2", "model.layers.0.post_attention_layernorm.weight"),
              "blk.0.post_attention_norm.weight");
    EXPECT_EQ(name("gemma3", "language_model.model.layers.0.pre_feedforward_layernorm.weight"),
              "blk.0.ffn_norm.weight");
    EXPECT_EQ(name("gemma3", "model.language_model.embed_tokens.weight"), "token_embd.weight");
    EXPECT_EQ(name("gemma3", "vision_tower.x.weight"), "");
    EXPECT_EQ(name("qwen2", "layers.2.self_attn.k_proj.bias"), "blk.2.attn_k.bias");
    EXPECT_EQ(name("phi3", "model.layers.1.mlp.gate_up_proj.weight"), "blk.1.ffn_up.weight");
    EXPECT_EQ(name("bert", "bert.encoder.layer.1.attention.output.LayerNorm.gamma"),
              "blk.1.attn_output_norm.weight");
    EXPECT_EQ(name("bert", "pooler.dense.bias"), "");
    EXPECT_EQ(name("bert", "bert.pooler.dense.bias", true), "cls.bias");
    EXPECT_EQ(name("nomic-bert", "encoder.layers.0.mlp.fc12.weight"), "blk.0.ffn_gate.weight");
    EXPECT_EQ(name("llama", "model.layers.x.mlp.up_proj.weight"), "unknown");
    EXPECT_EQ(name("llama", "model.layers.0.mlp.experts.weight"), "unknown");
}

class HfModelTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::path(testing::TempDir()) /
                  testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void Write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }
    /// Values 0, 1, 2, ... as F32, one after the other over all tensors.
    void AddTensor(const std::string& name, std::vector<int> shape) {
        int count = 1;
        for (const int size : shape) count *= size;
        header_ += fmt::format(R"({}"{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})",
                               header_.empty() ? "{" : ",", name, fmt::join(shape, ","),
                               data_.size(), data_.size() + 4u * count);
        for (int i = 0; i < count; ++i) {
            const auto value = static_cast<float>(i);
            data_.append(reinterpret_cast<const char*>(&value), 4);
        }
    }
    void WriteTensors() { Write("model.safetensors", Safetensors(header_ + "}", data_)); }
    void WriteConfig(const std::string& architecture, const std::string& more = "") {
        Write("config.json",
              R"({"architectures":[")" + architecture +
                  R"("],"num_hidden_layers":1,"hidden_size":8,"num_attention_heads":2,)"
                  R"("num_key_value_heads":1,"intermediate_size":16,"vocab_size":5,)"
                  R"("max_position_embeddings":64)" +
                  more + "}");
    }
    static std::vector<float> Floats(const ModelFile& model, const char* name) {
        const TensorView* tensor = model.FindTensor(name);
        if (tensor == nullptr) return {};
        std::vector<float> values(tensor->bytes.size() / 4);
        std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
        return values;
    }

    std::filesystem::path folder_;
    std::string header_, data_;
};

TEST_F(HfModelTest, ReadsALlamaWithItsHeadsInterleavedAndItsRope) {
    WriteConfig(
        "LlamaForCausalLM",
        R"(,"rms_norm_eps":1e-5,"rope_theta":500000.0,"rope_scaling":{"rope_type":"llama3",)"
        R"("factor":8,"low_freq_factor":1,"high_freq_factor":4,)"
        R"("original_max_position_embeddings":32})");
    AddTensor("model.embed_tokens.weight", {5, 8});
    AddTensor("model.layers.0.self_attn.q_proj.weight", {8, 1});
    AddTensor("model.layers.0.self_attn.k_proj.weight", {4, 1});
    AddTensor("model.layers.0.self_attn.v_proj.weight", {4, 1});
    AddTensor("model.layers.0.self_attn.rotary_emb.inv_freq", {2});
    AddTensor("model.norm.weight", {8});
    WriteTensors();
    const auto model = OrThrow(OpenModel(folder_));
    EXPECT_EQ(model->GetInt("llama.block_count"), 1);
    EXPECT_EQ(model->GetInt("llama.attention.head_count_kv"), 1);
    EXPECT_EQ(model->GetInt("llama.rope.dimension_count"), 4);
    EXPECT_EQ(model->GetFloat("llama.rope.freq_base"), 500000.0);
    EXPECT_EQ(model->GetFloat("llama.attention.layer_norm_rms_epsilon"), 1e-5);
    EXPECT_EQ(Floats(*model, "blk.0.attn_q.weight"), (std::vector<float>{0, 2, 1, 3, 4, 6, 5, 7}));
    EXPECT_EQ(Floats(*model, "blk.0.attn_k.weight"), (std::vector<float>{0, 2, 1, 3}));
    EXPECT_EQ(Floats(*model, "blk.0.attn_v.weight"), (std::vector<float>{0, 1, 2, 3}));
    EXPECT_EQ(Floats(*model, "rope_freqs.weight"), (std::vector<float>{1, 8}));
    EXPECT_EQ(model->FindTensor("token_embd.weight")->shape[0], 8);
    EXPECT_EQ(model->tensors().size(), 6u);
}

TEST_F(HfModelTest, AddsOneToGemmasNormsAndKnowsItsSlidingLayers) {
    WriteConfig("Gemma3ForConditionalGeneration",
                R"(,"text_config":{"num_hidden_layers":1,"hidden_size":8,"num_attention_heads":2,)"
                R"("head_dim":4,"intermediate_size":16,"vocab_size":5,"sliding_window":7,)"
                R"("query_pre_attn_scalar":16,"rope_local_base_freq":10000.0,"rope_theta":1e6,)"
                R"("rope_scaling":{"rope_type":"linear","factor":8.0}})");
    AddTensor("language_model.model.norm.weight", {3});
    AddTensor("lm_head.weight", {5, 8});
    AddTensor("vision_tower.patch.weight", {2});
    WriteTensors();
    const auto model = OrThrow(OpenModel(folder_));
    EXPECT_EQ(Floats(*model, "output_norm.weight"), (std::vector<float>{1, 2, 3}));
    EXPECT_EQ(model->FindTensor("output.weight"), nullptr) << "tied to the embedding";
    EXPECT_EQ(model->GetInt("gemma3.attention.sliding_window"), 7);
    EXPECT_EQ(model->GetInt("gemma3.attention.sliding_window_pattern"), 6);
    EXPECT_EQ(model->GetFloat("gemma3.attention.scale"), 0.25);
    EXPECT_EQ(model->GetFloat("gemma3.rope.freq_base_swa"), 10000.0);
    EXPECT_EQ(model->GetString("gemma3.rope.scaling.type"), "linear");
    EXPECT_EQ(model->GetFloat("gemma3.rope.scaling.factor"), 8.0);
}

TEST_F(HfModelTest, ReadsShardsAndRefusesPathsOutOfTheFolder) {
    WriteConfig("Qwen2ForCausalLM");
    AddTensor("model.norm.weight", {8});
    Write("part-1.safetensors", Safetensors(header_ + "}", data_));
    header_ = data_ = "";
    AddTensor("lm_head.weight", {5, 8});
    Write("part-2.safetensors", Safetensors(header_ + "}", data_));
    Write("model.safetensors.index.json",
          R"({"weight_map":{"model.norm.weight":"part-1.safetensors",)"
          R"("lm_head.weight":"part-2.safetensors"}})");
    EXPECT_EQ(OrThrow(OpenModel(folder_))->tensors().size(), 2u);
    Write("model.safetensors.index.json", R"({"weight_map":{"x":"../part-1.safetensors"}})");
    EXPECT_EQ(OpenModel(folder_).error().message, "weight_map of x is no file name");
}

TEST_F(HfModelTest, TellsWhatIsWrong) {
    AddTensor("model.layers.0.mlp.experts.0.up.weight", {8});
    WriteTensors();
    const auto message = [&] { return OpenModel(folder_).error().message; };
    WriteConfig("MixtralForCausalLM");
    EXPECT_NE(message().find("architecture \"MixtralForCausalLM\" is not supported; known are "
                             "LlamaForCausalLM"),
              std::string::npos);
    Write("config.json", R"({"architectures":["Qwen3ForCausalLM"],"num_hidden_layers":"x"})");
    EXPECT_EQ(message(), "num_hidden_layers is missing or no integer");
    WriteConfig("Qwen3ForCausalLM", R"(,"rope_scaling":{"type":"spiral","factor":2})");
    EXPECT_NE(message().find("rope type \"spiral\" is not supported"), std::string::npos);
    WriteConfig("Qwen3ForCausalLM");
    EXPECT_EQ(message(), "not a tensor of architecture qwen3");
    Write("config.json", "{");
    EXPECT_EQ(OpenModel(folder_).error().code, ErrorCode::kCorrupt);
}

TEST_F(HfModelTest, ConvertsWithTheStandardTokenizerKeys) {
    WriteConfig("Qwen2ForCausalLM");
    AddTensor("model.embed_tokens.weight", {5, 32});
    AddTensor("model.norm.weight", {32});
    WriteTensors();
    Write("tokenizer.json",
          R"({"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]},)"
          R"("pre_tokenizer":{"type":"ByteLevel","use_regex":true,"add_prefix_space":false},)"
          R"("added_tokens":[{"id":3,"content":"<|end|>","special":true}]})");
    Write("tokenizer_config.json",
          R"({"eos_token":{"content":"<|end|>"},"chat_template":"{{ messages }}"})");
    const auto hf = OrThrow(OpenModel(folder_));
    EXPECT_TRUE(hf->GetString("argosy.tokenizer_json"));
    EXPECT_EQ(hf->GetString("tokenizer.chat_template"), "{{ messages }}");
    ConvertOptions options;
    uint64_t seen = 0;
    options.progress = [&](uint64_t done, uint64_t) { seen = done; };
    ASSERT_TRUE(ConvertModel(*hf, folder_ / "out.gguf", options));
    EXPECT_EQ(seen, hf->tensor_bytes());
    const auto model = OrThrow(OpenModel(folder_ / "out.gguf"));
    EXPECT_EQ(*model->GetStrings("tokenizer.ggml.tokens"),
              (std::vector<std::string>{"a", "b", "ab", "<|end|>", "[PAD4]"}));
    EXPECT_EQ(*model->GetStrings("tokenizer.ggml.merges"), std::vector<std::string>{"a b"});
    EXPECT_EQ(*model->Find("tokenizer.ggml.token_type"),
              MetaValue(MetaArray(std::vector<int64_t>{1, 1, 1, 3, 5})));
    EXPECT_EQ(model->GetString("tokenizer.ggml.pre"), "gpt-2");
    EXPECT_EQ(model->GetInt("tokenizer.ggml.eos_token_id"), 3);
    EXPECT_EQ(model->Find("argosy.tokenizer_json"), nullptr);
    EXPECT_EQ(model->FindTensor("token_embd.weight")->type, DType::kQ8_0);
    EXPECT_EQ(model->FindTensor("output_norm.weight")->type, DType::kF32);
    EXPECT_FALSE(ConvertModel(*hf, folder_ / "no" / "such.gguf", options));
}

TEST_F(HfModelTest, QuantisesAtLoadAsConvertWrites) {
    WriteConfig("Qwen2ForCausalLM");
    AddTensor("model.embed_tokens.weight", {5, 256});
    AddTensor("model.norm.weight", {256});
    WriteTensors();
    ConvertOptions options;
    options.recipe = "q4_k_m";
    ASSERT_TRUE(ConvertModel(*OrThrow(OpenModel(folder_)), folder_ / "out.gguf", options));
    const auto written = OrThrow(OpenModel(folder_ / "out.gguf"));
    const auto loaded = OrThrow(QuantizeModel(OrThrow(OpenModel(folder_)), "q4_k_m", 2));
    for (const TensorView& tensor : written->tensors()) {
        const TensorView* other = loaded->FindTensor(tensor.name);
        ASSERT_NE(other, nullptr);
        EXPECT_EQ(other->type, tensor.type);
        EXPECT_TRUE(std::ranges::equal(other->bytes, tensor.bytes)) << tensor.name;
    }
    EXPECT_FALSE(QuantizeModel(OrThrow(OpenModel(folder_)), "q4_x", 2));
}

}  // namespace
}  // namespace argosy
