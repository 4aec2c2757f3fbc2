#include "model/quantize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "model/half.h"

namespace argosy {
namespace {

constexpr DType kQuantised[] = {DType::kQ8_0, DType::kQ4_0, DType::kQ4_1,  DType::kQ5_0,
                                DType::kQ5_1, DType::kQ2_K, DType::kQ3_K,  DType::kQ4_K,
                                DType::kQ5_K, DType::kQ6_K, DType::kIQ4_NL};

std::string ReadFile(const std::string& name) {
    std::ifstream in(std::string(ARGOSY_TESTDATA "/quant/") + name, std::ios::binary);
    EXPECT_TRUE(in) << name;
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<float> Rows() {
    const std::string bytes = ReadFile("rows.f32");
    std::vector<float> rows(bytes.size() / 4);
    std::memcpy(rows.data(), bytes.data(), bytes.size());
    return rows;
}

std::vector<std::byte> Quantize(DType type, std::span<const float> rows) {
    std::vector<std::byte> out(RowBytes(type, rows.size()));
    OrThrow(QuantizeRow(type, rows, out));
    return out;
}

double SquaredError(DType type, std::span<const std::byte> bytes, std::span<const float> rows) {
    std::vector<float> back(rows.size());
    OrThrow(DequantizeRow(type, bytes, back));
    double sum = 0;
    for (size_t i = 0; i < rows.size(); ++i) sum += std::pow(double{back[i]} - rows[i], 2);
    return sum;
}

TEST(DType, HasTheSizesOfTheFormatAndFindsNamesInAnyCase) {
    EXPECT_EQ(FindDType(DType::kQ6_K)->block_bytes, 210u);
    EXPECT_EQ(FindDType(static_cast<DType>(4)), nullptr);
    EXPECT_EQ(DTypeByName("q4_k"), DType::kQ4_K);
    EXPECT_EQ(DTypeByName("Bf16"), DType::kBF16);
    EXPECT_EQ(DTypeByName("q9"), std::nullopt);
}

TEST(Quantize, DequantisesEqualToTheReferenceToTheBit) {
    for (const char* name : {"F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K",
                             "Q4_K", "Q5_K", "Q6_K", "IQ4_NL"}) {
        const std::string file = ReadFile(std::string(name) + ".bin");
        uint32_t sizes[2];
        ASSERT_GT(file.size(), sizeof sizes);
        std::memcpy(sizes, file.data(), sizeof sizes);
        std::vector<float> ours(sizes[1]), expected(sizes[1]);
        std::memcpy(expected.data(), file.data() + 8 + sizes[0], 4 * expected.size());
        const auto* bytes = reinterpret_cast<const std::byte*>(file.data()) + 8;
        ASSERT_TRUE(DequantizeRow(*DTypeByName(name), {bytes, sizes[0]}, ours)) << name;
        for (size_t i = 0; i < ours.size(); ++i) {
            ASSERT_EQ(std::bit_cast<uint32_t>(ours[i]), std::bit_cast<uint32_t>(expected[i]))
                << name << " element " << i << ": " << ours[i] << " for " << expected[i];
        }
    }
}

TEST(Quantize, Q8_0IsTheReferencesBytes) {
    const std::vector<std::byte> ours = Quantize(DType::kQ8_0, Rows());
    const std::string expected = ReadFile("Q8_0.rows");
    ASSERT_EQ(ours.size(), expected.size());
    EXPECT_EQ(std::memcmp(ours.data(), expected.data(), expected.size()), 0);
}

TEST(Quantize, ErrorIsAtMostThatOfTheReference) {
    std::ifstream in(ARGOSY_TESTDATA "/quant/reference_errors.txt");
    const std::vector<float> rows = Rows();
    std::string name;
    double reference = 0;
    int compared = 0;
    for (; in >> name >> reference; ++compared) {
        const DType type = *DTypeByName(name);
        const double ours = SquaredError(type, Quantize(type, rows), rows);
        EXPECT_LE(ours, reference * 1.000001) << name;
        RecordProperty(name, std::to_string(ours / reference));
    }
    EXPECT_GE(compared, 5);
}

TEST(Quantize, IsExactForWhatTheFormatHolds) {
    for (const DType type : kQuantised) {
        const size_t count = FindDType(type)->block_elements;
        const std::vector<float> zeros(count);
        EXPECT_EQ(SquaredError(type, Quantize(type, zeros), zeros), 0) << FindDType(type)->name;
    }
}

TEST(Quantize, StoresABlockThatIsNotFiniteAsZerosAndSurvivesExtremes) {
    std::mt19937 random(3);
    for (const DType type : kQuantised) {
        const size_t count = FindDType(type)->block_elements;
        std::vector<float> row(count, 1.0f), back(count);
        row[5] = std::numeric_limits<float>::infinity();
        ASSERT_TRUE(DequantizeRow(type, Quantize(type, row), back));
        for (float v : back) ASSERT_EQ(v, 0.0f) << FindDType(type)->name;
        for (const float size : {1e-42f, 1e-30f, 1e-7f, 1e5f, 1e20f, 3e38f}) {
            for (float& v : row) v = size * (static_cast<float>(random() % 2001) / 1000.0f - 1.0f);
            ASSERT_TRUE(DequantizeRow(type, Quantize(type, row), back));
            for (float v : back) ASSERT_TRUE(std::isfinite(v)) << FindDType(type)->name << size;
        }
    }
}

TEST(Quantize, RefusesWrongSizes) {
    std::vector<float> row(31);
    std::vector<std::byte> bytes(34);
    const auto result = QuantizeRow(DType::kQ8_0, row, bytes);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "31 elements of Q8_0 (blocks of 32) do not take 34 bytes");
    EXPECT_FALSE(DequantizeRow(DType::kQ8_0, bytes, row));
    EXPECT_FALSE(DequantizeRow(static_cast<DType>(99), bytes, row));
    EXPECT_FALSE(QuantizeRow(DType::kI32, row, bytes));
}

TEST(Quantize, RowsInParallelAreTheSameAsOneByOne) {
    const std::vector<float> rows = Rows();
    std::vector<std::byte> parallel(RowBytes(DType::kQ4_K, rows.size()));
    ASSERT_TRUE(RequantizeRows(DType::kF32, std::as_bytes(std::span(rows)), DType::kQ4_K, parallel,
                               256, 3));
    EXPECT_EQ(parallel, Quantize(DType::kQ4_K, rows));
}

TEST(Half, EveryHalfAndBf16ComesBackFromFloat) {
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto half = static_cast<uint16_t>(bits);
        const float value = HalfToFloat(half);
        const bool nan = (bits & 0x7fff) > 0x7c00;
        ASSERT_EQ(FloatToHalf(value), nan ? bits | 0x200 : bits);
        ASSERT_EQ(std::isnan(value), nan);
        const bool bf_nan = (bits & 0x7fff) > 0x7f80;
        ASSERT_EQ(FloatToBf16(Bf16ToFloat(half)), bf_nan ? bits | 0x40 : bits);
    }
}

TEST(Half, RoundsToNearestEven) {
    EXPECT_EQ(FloatToHalf(65519.99f), 0x7bff);
    EXPECT_EQ(FloatToHalf(65520.0f), 0x7c00);
    EXPECT_EQ(FloatToHalf(0x1p-25f), 0x0000);  // half of the least subnormal: to even
    EXPECT_EQ(FloatToHalf(0x1.000002p-25f), 0x0001);
    EXPECT_EQ(FloatToHalf(-0x1.8p-24f), 0x8002);
    EXPECT_EQ(FloatToHalf(1.0f + 0x1p-11f), 0x3c00);
    EXPECT_EQ(FloatToHalf(1.0f + 0x1.8p-10f), 0x3c02);
    EXPECT_EQ(FloatToHalf(-0.0f), 0x8000);
    EXPECT_EQ(FloatToBf16(1.0f + 0x1p-8f), 0x3f80);
    EXPECT_EQ(FloatToBf16(1.0f + 0x1.8p-7f), 0x3f82);
}

}  // namespace
}  // namespace argosy
