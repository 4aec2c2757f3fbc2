#include "train/checkpoint.h"

#include <gtest/gtest.h>

#include <fstream>

namespace argosy::train {
namespace {

class Checkpoint : public ::testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path Write(int64_t step, int keep = 2) {
        const NamedFloats tensor{"w", values_};
        return OrThrow(WriteCheckpoint(folder_, step, {{"step", step}}, {&tensor, 1}, keep));
    }
    LoadedCheckpoint Newest() {
        auto loaded = OrThrow(ReadNewestCheckpoint(folder_));
        if (!loaded) throw std::runtime_error("there is no checkpoint");
        return std::move(*loaded);
    }
    std::vector<float> values_{1.5F, -2.25F, 3e-30F};
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / fmt::format("argosy-checkpoint-{}", getpid());
};

TEST_F(Checkpoint, NewestComesBackToTheBit) {
    EXPECT_FALSE(OrThrow(ReadNewestCheckpoint(folder_)));
    Write(9);
    Write(100);
    const LoadedCheckpoint loaded = Newest();
    EXPECT_EQ(loaded.state.at("step").to_number<int>(), 100);
    ASSERT_EQ(loaded.tensors.size(), 1u);
    EXPECT_EQ(loaded.tensors[0].first, "w");
    EXPECT_EQ(loaded.tensors[0].second, values_);
}

TEST_F(Checkpoint, KeepsTheNewest) {
    const auto first = Write(1), second = Write(2), third = Write(3);
    EXPECT_FALSE(std::filesystem::exists(first));
    EXPECT_TRUE(std::filesystem::exists(second));
    EXPECT_TRUE(std::filesystem::exists(third));
}

TEST_F(Checkpoint, OneThatWasNotFinishedIsNotSeen) {
    Write(5);
    std::filesystem::create_directories(folder_ / "unfinished-0000000007");
    std::ofstream(folder_ / "unfinished-0000000007" / "state.json") << "{";
    EXPECT_EQ(Newest().state.at("step").to_number<int>(), 5);
    Write(8);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "unfinished-0000000007"));
}

}  // namespace
}  // namespace argosy::train
