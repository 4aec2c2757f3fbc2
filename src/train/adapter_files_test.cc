#include "train/adapter_files.h"

#include <gtest/gtest.h>

#include "model/model_file.h"
#include "model/text_file.h"

namespace argosy::train {
namespace {

class AdapterFiles : public ::testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static Adapter Example() {
        Adapter adapter{"llama", "base", 2, 4, 0.1, {"q_proj"}, {}};
        AdapterMatrices m{
            "blk.0.attn_q.weight", "model.layers.0.self_attn.q_proj", 3, 8, {}, {}, 2};
        for (int i = 0; i < 6; ++i) m.a.push_back(static_cast<float>(i));
        for (int i = 0; i < 16; ++i) m.b.push_back(static_cast<float>(10 + i));
        adapter.matrices.push_back(std::move(m));
        return adapter;
    }
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / fmt::format("argosy-adapter-{}", getpid());
};

TEST_F(AdapterFiles, PeftFolderReadsBack) {
    const Adapter wrote = Example();
    OrThrow(WritePeftAdapter(wrote, folder_));
    const json::object config = OrThrow(ReadJsonObject(folder_ / "adapter_config.json"));
    EXPECT_EQ(config.at("r"), 2);
    EXPECT_EQ(config.at("lora_alpha"), 4.0);
    Adapter read = Example();
    read.matrices[0].a.clear();
    read.matrices[0].b.clear();
    OrThrow(ReadPeftAdapter(folder_, read));
    EXPECT_EQ(read.matrices[0].a, wrote.matrices[0].a);
    EXPECT_EQ(read.matrices[0].b, wrote.matrices[0].b);
}

TEST_F(AdapterFiles, AnotherRankIsNamed) {
    OrThrow(WritePeftAdapter(Example(), folder_));
    Adapter other = Example();
    other.rank = 4;
    const auto read = ReadPeftAdapter(folder_, other);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().ToString().find("q_proj.lora_A.weight: expected 4 x 3 floats"),
              std::string::npos)
        << read.error().ToString();
}

TEST_F(AdapterFiles, GgufHasLlamaCppsNamesAndShapes) {
    std::filesystem::create_directories(folder_);
    OrThrow(WriteGgufAdapter(Example(), folder_ / "a.gguf", DType::kBF16));
    const auto file = OrThrow(OpenModel(folder_ / "a.gguf"));
    EXPECT_EQ(file->GetString("general.type"), "adapter");
    EXPECT_EQ(file->GetString("adapter.type"), "lora");
    EXPECT_EQ(file->GetFloat("adapter.lora.alpha"), 4);
    const TensorView* a = file->FindTensor("blk.0.attn_q.weight.lora_a");
    const TensorView* b = file->FindTensor("blk.0.attn_q.weight.lora_b");
    ASSERT_TRUE(a != nullptr && b != nullptr);
    EXPECT_EQ(a->type, DType::kBF16);
    EXPECT_EQ(a->columns(), 3);
    EXPECT_EQ(a->rows(), 2);
    EXPECT_EQ(b->columns(), 2);
    EXPECT_EQ(b->rows(), 8);
}

}  // namespace
}  // namespace argosy::train
