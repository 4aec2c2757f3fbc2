#include "engine/kernels/ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

namespace argosy {
namespace {

std::vector<float> Random(int64_t n, float spread, uint32_t seed = 1) {
    std::mt19937 rng(seed);
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> x(static_cast<size_t>(n));
    for (float& v : x) v = normal(rng);
    return x;
}

void ExpectNear(const std::vector<float>& got, const std::function<double(size_t)>& want,
                double relative, double absolute = 1e-30) {
    for (size_t i = 0; i < got.size(); ++i) {
        const double w = want(i);
        ASSERT_NEAR(got[i], w, relative * std::abs(w) + absolute) << "element " << i;
    }
}

double Gelu(double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double GeluApprox(double x) {
    const double u = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
    return x / (1 + std::exp(-2 * u));
}
double Silu(double x) { return x / (1 + std::exp(-x)); }

class Ops : public ::testing::TestWithParam<int> {
  protected:
    int64_t n() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Lengths, Ops, ::testing::Values(1, 3, 7, 8, 9, 16, 31, 64, 100, 1536));

TEST_P(Ops, RmsNormDividesByTheRootOfTheMeanSquare) {
    const auto x = Random(n(), 3), w = Random(n(), 1, 2);
    double sum = 0;
    for (float v : x) sum += static_cast<double>(v) * v;
    const double inverse = 1 / std::sqrt(sum / static_cast<double>(n()) + 1e-5);
    std::vector<float> y(x.size());
    RmsNorm(x.data(), w.data(), 1e-5f, n(), y.data());
    ExpectNear(y, [&](size_t i) { return x[i] * inverse * w[i]; }, 1e-6);
    RmsNorm(x.data(), w.data(), 1e-5f, n(), y.data(), 1);
    ExpectNear(y, [&](size_t i) { return x[i] * inverse * (1.0 + w[i]); }, 2e-6, 1e-6);
    y = x;
    RmsNorm(y.data(), nullptr, 1e-5f, n(), y.data());
    ExpectNear(y, [&](size_t i) { return x[i] * inverse; }, 1e-6);
}

TEST_P(Ops, LayerNormTakesTheMeanAwayAndDividesByTheDeviation) {
    auto x = Random(n(), 2);
    for (float& v : x) v += 5;
    const auto w = Random(n(), 1, 2), b = Random(n(), 1, 3);
    double mean = 0, variance = 0;
    for (float v : x) mean += v / static_cast<double>(n());
    for (float v : x) variance += (v - mean) * (v - mean) / static_cast<double>(n());
    const double inverse = 1 / std::sqrt(variance + 1e-5);
    std::vector<float> y(x.size());
    LayerNorm(x.data(), w.data(), b.data(), 1e-5f, n(), y.data());
    const auto normal = [&](size_t i) { return (x[i] - mean) * inverse; };
    ExpectNear(y, [&](size_t i) { return normal(i) * w[i] + b[i]; }, 1e-6, 3e-5);
    y = x;
    LayerNorm(y.data(), nullptr, nullptr, 1e-5f, n(), y.data());
    ExpectNear(y, normal, 1e-6, 3e-5);
}

TEST_P(Ops, ActivationsAreExactTo1e6) {
    for (float spread : {0.01f, 1.0f, 10.0f, 200.0f}) {
        const auto x = Random(n(), spread), up = Random(n(), 1, 2);
        std::vector<float> y(x.size());
        SiluMul(x.data(), up.data(), n(), y.data());
        // Exp's argument is rounded once: relative error grows with |x| in the left tail.
        ExpectNear(y, [&](size_t i) { return Silu(x[i]) * up[i]; }, 1e-6, 1e-30);
        GeluTanhMul(x.data(), up.data(), n(), y.data());
        ExpectNear(y, [&](size_t i) { return GeluApprox(x[i]) * up[i]; }, 1e-6, 1e-6);
        GeluTanh(x.data(), n(), y.data());
        ExpectNear(y, [&](size_t i) { return GeluApprox(x[i]); }, 1e-6, 1e-6);
        GeluErf(x.data(), n(), y.data());
        ExpectNear(y, [&](size_t i) { return Gelu(x[i]); }, 1e-6, 2e-7);
        Tanh(x.data(), n(), y.data());
        ExpectNear(y, [&](size_t i) { return std::tanh(x[i]); }, 1e-6);
        SoftCap(30, x.data(), n(), y.data());
        ExpectNear(y, [&](size_t i) { return 30 * std::tanh(x[i] / 30.0); }, 1e-6);
    }
}

TEST_P(Ops, SoftmaxSumsToOne) {
    for (float spread : {1.0f, 50.0f}) {
        const auto x = Random(n(), spread);
        double max = -1e300, sum = 0;
        for (float v : x) max = std::max(max, static_cast<double>(v));
        for (float v : x) sum += std::exp(v - max);
        std::vector<float> y = x;
        Softmax(y.data(), n(), y.data());
        ExpectNear(y, [&](size_t i) { return std::exp(x[i] - max) / sum; }, 5e-6, 1e-30);
    }
}

TEST_P(Ops, SumsAndProducts) {
    const auto a = Random(n(), 1), b = Random(n(), 1, 2);
    std::vector<float> y(a.size());
    Add(a.data(), b.data(), n(), y.data());
    ExpectNear(y, [&](size_t i) { return a[i] + b[i]; }, 0, 0);
    Scale(3, a.data(), n(), y.data());
    ExpectNear(y, [&](size_t i) { return 3 * a[i]; }, 0, 0);
    y = b;
    AddScaled(3, a.data(), n(), y.data());
    ExpectNear(y, [&](size_t i) { return 3.0 * a[i] + b[i]; }, 1e-6, 1e-6);
    double dot = 0;
    for (size_t i = 0; i < a.size(); ++i) dot += static_cast<double>(a[i]) * b[i];
    EXPECT_NEAR(Dot(a.data(), b.data(), n()), dot, 1e-6 * static_cast<double>(n()));
}

TEST_P(Ops, ElementsDoNotDependOnTheirPlace) {
    const auto x = Random(n(), 4), up = Random(n(), 1, 2);
    std::vector<float> whole(x.size()), alone(x.size());
    SiluMul(x.data(), up.data(), n(), whole.data());
    for (size_t i = 0; i < x.size(); ++i) SiluMul(&x[i], &up[i], 1, &alone[i]);
    EXPECT_EQ(whole, alone);
    GeluErf(x.data(), n(), whole.data());
    for (size_t i = 0; i < x.size(); ++i) GeluErf(&x[i], 1, &alone[i]);
    EXPECT_EQ(whole, alone);
}

TEST(Rope, RotatesPairsOfEachHeadAndLeavesTheRest) {
    for (const auto& [head_dim, rotary] : {std::pair{64, 64}, {64, 32}, {80, 20}, {8, 8}, {6, 4}}) {
        const int heads = 3, pairs = rotary / 2;
        const auto x = Random(heads * head_dim, 1);
        const auto angle = Random(pairs, 2, 5);
        std::vector<float> cos, sin;
        for (float a : angle) {
            cos.push_back(std::cos(a));
            sin.push_back(std::sin(a));
        }
        for (bool neox : {false, true}) {
            auto got = x;
            (neox ? RopeNeox : RopeInterleaved)(got.data(), heads, head_dim, rotary, cos.data(),
                                                sin.data());
            auto want = x;
            for (int h = 0; h < heads; ++h) {
                for (int i = 0; i < pairs; ++i) {
                    const auto base = static_cast<size_t>(h * head_dim);
                    const size_t p = base + static_cast<size_t>(neox ? i : 2 * i);
                    const size_t q = neox ? p + static_cast<size_t>(pairs) : p + 1;
                    const auto j = static_cast<size_t>(i);
                    want[p] = x[p] * cos[j] - x[q] * sin[j];
                    want[q] = x[p] * sin[j] + x[q] * cos[j];
                }
            }
            ExpectNear(got, [&](size_t i) { return want[i]; }, 1e-6, 1e-6);
        }
    }
}

}  // namespace
}  // namespace argosy
