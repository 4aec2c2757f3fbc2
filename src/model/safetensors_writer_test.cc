#include "model/safetensors_writer.h"

#include <gtest/gtest.h>

#include <array>

#include "model/safetensors.h"

namespace argosy {
namespace {

class SafetensorsWriter : public ::testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / fmt::format("argosy-safetensors-{}", getpid());
};

TEST_F(SafetensorsWriter, WritesWhatTheReaderReads) {
    const std::array<float, 6> floats{1, 2, 3, 4, 5, 6};
    const std::array<uint16_t, 3> halves{0x3f80, 0x4000, 0x4040};
    const std::vector<SafetensorToWrite> tensors = {
        {"matrix", DType::kF32, {2, 3}, std::as_bytes(std::span(floats))},
        {"vector", DType::kBF16, {3}, std::as_bytes(std::span(halves))}};
    OrThrow(WriteSafetensors(folder_ / "model.safetensors", tensors, {{"format", "pt"}}));

    const SafetensorsFolder read = OrThrow(OpenSafetensors(folder_));
    ASSERT_EQ(read.tensors.size(), 2u);
    for (const Safetensor& tensor : read.tensors) {
        const SafetensorToWrite& wrote = tensors[tensor.name == "matrix" ? 0 : 1];
        EXPECT_EQ(tensor.name, wrote.name);
        EXPECT_EQ(tensor.type, wrote.type);
        EXPECT_EQ(tensor.shape, wrote.shape);
        EXPECT_TRUE(std::ranges::equal(tensor.bytes, wrote.bytes));
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "model.safetensors.partial"));
}

TEST_F(SafetensorsWriter, NamesTheTensorThatDoesNotFit) {
    const std::array<float, 6> floats{};
    const SafetensorToWrite wrong{"w", DType::kF32, {7}, std::as_bytes(std::span(floats))};
    const auto written = WriteSafetensors(folder_ / "a", {&wrong, 1});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(written.error().message, "tensor w: the shape takes 28 bytes, got 24");
    const SafetensorToWrite blocks{"w", DType::kQ8_0, {32}, {}};
    EXPECT_EQ(WriteSafetensors(folder_ / "a", {&blocks, 1}).error().code,
              ErrorCode::kInvalidArgument);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "a"));
}

}  // namespace
}  // namespace argosy
