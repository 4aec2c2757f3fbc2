#include "engine/kernels/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "engine/kernels/cpu_features.h"
#include "model/quantize.h"

namespace argosy {
namespace {

// A stored matrix of a type with random contents, and the same as floats.
struct Matrix {
    Matrix(DType type, int64_t in, int64_t out, unsigned seed) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal(0, 0.5F);
        std::vector<float> source(in * out);
        for (float& x : source) x = normal(random);
        const DTypeTraits& traits = *FindDType(type);
        const size_t row_bytes = in / traits.block_elements * traits.block_bytes;
        bytes.resize(row_bytes * out);
        floats.resize(source.size());
        for (int64_t o = 0; o < out; ++o) {
            const auto row = std::span(bytes).subspan(o * row_bytes, row_bytes);
            OrThrow(QuantizeRow(type, std::span(source).subspan(o * in, in), row));
            OrThrow(DequantizeRow(type, row, std::span(floats).subspan(o * in, in)));
        }
        view = {"w", type, {in, out, 1, 1}, bytes};
    }
    std::vector<std::byte> bytes;
    std::vector<float> floats;
    TensorView view;
};

std::vector<float> RandomRows(int m, int64_t in, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> x(m * in);
    for (float& value : x) value = normal(random);
    return x;
}

std::vector<float> Multiply(ThreadPool& pool, const Weight& weight, const std::vector<float>& x,
                            int m) {
    std::vector<float> y(m * weight.out(), NAN);
    Workspace workspace;
    const MatMulJob job{&weight, y.data(), weight.out()};
    MatMul(pool, {&job, 1}, x.data(), m, weight.in(), workspace);
    return y;
}

bool IsFloatType(DType type) {
    return type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
}

class EveryType : public ::testing::TestWithParam<DType> {
  protected:
    void TearDown() override { UseKernelSet(KernelSets().front()); }
};

// Rounding x to int8 errs by at most half a step of the block's scale for each product.
TEST_P(EveryType, ProductIsWithinTheRoundingOfActivations) {
    ThreadPool pool(2);
    for (const auto set : KernelSets()) {
        ASSERT_TRUE(UseKernelSet(set));
        for (const int64_t in : {256, 768}) {
            for (const int64_t out : {1, 7, 24, 37}) {
                const Matrix matrix(GetParam(), in, out, 1);
                const Weight weight = OrThrow(Weight::Make(matrix.view, pool));
                const int m = 6;
                const auto x = RandomRows(m, in, 2);
                const auto y = Multiply(pool, weight, x, m);
                for (int i = 0; i < m; ++i) {
                    for (int64_t o = 0; o < out; ++o) {
                        double exact = 0, bound = 1e-4, products = 0;
                        for (int64_t b = 0; b < in; b += 32) {
                            double amax = 0, weights = 0;
                            for (int64_t k = b; k < b + 32; ++k) {
                                const double w = matrix.floats[o * in + k], v = x[i * in + k];
                                exact += w * v;
                                products += std::fabs(w * v);
                                amax = std::max(amax, std::fabs(v));
                                weights += std::fabs(w);
                            }
                            if (!IsFloatType(GetParam())) bound += weights * amax / 127 * 0.501;
                        }
                        // Where the CPU multiplies BF16 itself, x is rounded to its 8 bits.
                        if (GetParam() == DType::kBF16) bound += products / 256;
                        ASSERT_NEAR(y[i * out + o], exact, bound)
                            << set << " in " << in << " out " << out << " row " << i << " " << o;
                    }
                }
            }
        }
    }
}

TEST_P(EveryType, ARowIsTheSameToTheBitInAnyBatchAndOnAnyThreads) {
    const Matrix matrix(GetParam(), 512, 45, 3);
    for (const auto set : KernelSets()) {
        ASSERT_TRUE(UseKernelSet(set));
        ThreadPool one(1), three(3);
        const Weight weight = OrThrow(Weight::Make(matrix.view, three));
        const auto x = RandomRows(19, 512, 4);
        const auto whole = Multiply(three, weight, x, 19);
        for (int row = 0; row < 19; ++row) {
            const std::vector<float> alone(x.begin() + row * 512, x.begin() + (row + 1) * 512);
            const auto y = Multiply(one, weight, alone, 1);
            for (int o = 0; o < 45; ++o) ASSERT_EQ(y[o], whole[row * 45 + o]) << set << row;
        }
    }
}

TEST_P(EveryType, KernelSetsAgree) {
    if (IsFloatType(GetParam())) GTEST_SKIP() << "float rows: the lanes are added in another order";
    const Matrix matrix(GetParam(), 512, 16, 5);
    ThreadPool pool(1);
    const Weight weight = OrThrow(Weight::Make(matrix.view, pool));
    const auto x = RandomRows(3, 512, 6);
    ASSERT_TRUE(UseKernelSet("portable"));
    const auto portable = Multiply(pool, weight, x, 3);
    for (const auto set : KernelSets()) {
        ASSERT_TRUE(UseKernelSet(set));
        EXPECT_EQ(Multiply(pool, weight, x, 3), portable) << set;
    }
}

INSTANTIATE_TEST_SUITE_P(MatMul, EveryType,
                         ::testing::Values(DType::kF32, DType::kF16, DType::kBF16, DType::kQ8_0,
                                           DType::kQ4_0, DType::kQ4_1, DType::kQ5_0, DType::kQ5_1,
                                           DType::kQ2_K, DType::kQ3_K, DType::kQ4_K, DType::kQ5_K,
                                           DType::kQ6_K, DType::kIQ4_NL),
                         [](const auto& info) { return std::string(FindDType(info.param)->name); });

TEST(KernelSets, BestIsTheOneThatTheMachineIsExpectedToHave) {
    EXPECT_EQ(KernelSets().back(), "portable");
    if (DetectCpu().avx512_bf16) EXPECT_EQ(KernelSet(), "avx512bf16");
    const char* expected = std::getenv("ARGOSY_EXPECT_KERNELS");  // set by tools/test-arm64
    if (expected != nullptr) EXPECT_EQ(KernelSet(), expected);
}

TEST(MatMul, SeveralWeightsShareTheirInput) {
    const Matrix a(DType::kQ8_0, 64, 20, 1), b(DType::kF32, 64, 5, 2);
    ThreadPool pool(2);
    const Weight wa = OrThrow(Weight::Make(a.view, pool)), wb = OrThrow(Weight::Make(b.view, pool));
    const auto x = RandomRows(3, 64, 7);
    std::vector<float> ya(3 * 32, -1), yb(3 * 5);
    const MatMulJob jobs[] = {{&wa, ya.data(), 32}, {&wb, yb.data(), 5}};
    Workspace workspace;
    MatMul(pool, jobs, x.data(), 3, 64, workspace);
    EXPECT_EQ(yb, Multiply(pool, wb, x, 3));
    const auto alone = Multiply(pool, wa, x, 3);
    for (int row = 0; row < 3; ++row) {
        for (int o = 0; o < 20; ++o) EXPECT_EQ(ya[row * 32 + o], alone[row * 20 + o]);
        EXPECT_EQ(ya[row * 32 + 20], -1) << "written past the outputs";
    }
}

TEST(MatMul, ZeroActivationsGiveZero) {
    const Matrix a(DType::kQ4_K, 256, 8, 1);
    ThreadPool pool(1);
    const Weight weight = OrThrow(Weight::Make(a.view, pool));
    for (const float y : Multiply(pool, weight, std::vector<float>(256, 0.0F), 1)) EXPECT_EQ(y, 0);
}

TEST(Weight, RefusesShapesThatDoNotFitTheBytes) {
    Matrix a(DType::kQ8_0, 64, 4, 1);
    ThreadPool pool(1);
    a.view.shape[1] = 5;
    EXPECT_EQ(Weight::Make(a.view, pool).error().code, ErrorCode::kCorrupt);
    a.view.shape = {40, 4, 1, 1};
    EXPECT_EQ(Weight::Make(a.view, pool).error().code, ErrorCode::kCorrupt);
    a.view.shape = {0, 4, 1, 1};
    EXPECT_EQ(Weight::Make(a.view, pool).error().code, ErrorCode::kCorrupt);
    a.view.type = DType::kI32;
    EXPECT_EQ(Weight::Make(a.view, pool).error().code, ErrorCode::kUnsupported);
}

TEST(Weight, LargeFloatRowsAreCopiedToPagesOfOurs) {
    Matrix a(DType::kBF16, 1024, 600, 1);
    ThreadPool pool(2);
    const Weight weight = OrThrow(Weight::Make(a.view, pool));
    ASSERT_TRUE(weight.owns());
    EXPECT_EQ(std::memcmp(weight.data(), a.bytes.data(), a.bytes.size()), 0);
}

TEST(Weight, SmallFloatRowsStayInTheFile) {
    const Matrix a(DType::kBF16, 64, 4, 1);
    ThreadPool pool(1);
    const Weight weight = OrThrow(Weight::Make(a.view, pool));
    EXPECT_FALSE(weight.owns());
    EXPECT_EQ(weight.data(), a.bytes.data());
}

}  // namespace
}  // namespace argosy
