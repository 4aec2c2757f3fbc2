#include "engine/scheduler/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "engine/scheduler/logits_scan.h"
#include "engine/scheduler/logprobs.h"
#include "engine/scheduler/philox.h"
#include "engine/scheduler/token_counts.h"

namespace argosy {
namespace {

std::vector<float> RandomRow(size_t columns, uint32_t seed, float spread = 3) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> row(columns);
    for (float& x : row) x = normal(random);
    return row;
}

// The plain way: sort everything, cut, renormalise. Probabilities by token.
std::map<TokenId, double> Reference(const std::vector<float>& row, const SamplingParams& params) {
    std::vector<TokenId> order(row.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(
        order, [&](TokenId a, TokenId b) { return row[a] != row[b] ? row[a] > row[b] : a < b; });
    auto weight = [&](TokenId t) {
        return std::exp((double{row[t]} - row[order[0]]) / params.temperature);
    };
    if (params.min_p > 0) std::erase_if(order, [&](TokenId t) { return weight(t) < params.min_p; });
    if (params.top_k > 0 && static_cast<size_t>(params.top_k) < order.size()) {
        order.resize(static_cast<size_t>(params.top_k));
    }
    auto total = [&] {
        double sum = 0;
        for (TokenId t : order) sum += weight(t);
        return sum;
    };
    if (params.top_p < 1) {
        double mass = params.top_p * total();
        double before = 0;
        size_t keep = 0;
        while (keep < order.size() && before < mass) before += weight(order[keep++]);
        order.resize(keep);
    }
    std::map<TokenId, double> result;
    double sum = total();
    for (TokenId t : order) result[t] = weight(t) / sum;
    return result;
}

class FiltersAsSortingDoes : public ::testing::TestWithParam<SamplingParams> {};

TEST_P(FiltersAsSortingDoes, DrawsTheSameDistribution) {
    const SamplingParams& params = GetParam();
    SamplerScratch scratch;
    for (uint32_t seed : {1U, 2U, 3U}) {
        auto row = RandomRow(3001, seed);
        auto expected = Reference(row, params);
        std::map<TokenId, double> drawn;
        constexpr int kDraws = 4'000;
        for (int i = 0; i < kDraws; ++i) {
            double uniform = (i + 0.5) / kDraws;  // even coverage: frequencies are exact
            drawn[SampleToken(row, params, uniform, scratch)] += 1.0 / kDraws;
        }
        for (auto [token, p] : expected) EXPECT_NEAR(drawn[token], p, 1e-3) << token;
        for (auto [token, p] : drawn) EXPECT_TRUE(expected.contains(token)) << token << " " << p;
    }
}

SamplingParams With(float temperature, int32_t top_k, float top_p, float min_p) {
    SamplingParams params;
    params.temperature = temperature;
    params.top_k = top_k;
    params.top_p = top_p;
    params.min_p = min_p;
    return params;
}

INSTANTIATE_TEST_SUITE_P(Sampler, FiltersAsSortingDoes,
                         ::testing::Values(With(1, 0, 1, 0), With(0.7F, 40, 1, 0),
                                           With(1, 0, 0.95F, 0), With(2.0F, 0, 0.5F, 0),
                                           With(0.8F, 40, 0.9F, 0), With(1, 0, 1, 0.02F),
                                           With(1, 100, 0.9F, 0.01F), With(0.1F, 3000, 0.999F, 0),
                                           With(1, 0, 1e-6F, 0), With(1, 1, 1, 0)));

TEST(Sampler, GreedyTakesTheFirstOfTheGreatest) {
    SamplerScratch scratch;
    std::vector<float> row(1000, -1);
    row[700] = row[300] = 5;
    EXPECT_EQ(Greedy(row, scratch), 300);
    row[10] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(Greedy(row, scratch), 300);
}

TEST(Sampler, RowsWithoutAnyFiniteLogitAreRefused) {
    SamplerScratch scratch;
    float never = -std::numeric_limits<float>::infinity();
    std::vector<float> row(600, never);
    for (auto params :
         {With(0, 0, 1, 0), With(1, 0, 1, 0), With(1, 5, 1, 0), With(1, 0, 0.9F, 0)}) {
        EXPECT_EQ(SampleToken(row, params, 0.5, scratch), -1);
    }
    row[3] = std::numeric_limits<float>::infinity();
    EXPECT_EQ(SampleToken(row, With(1, 0, 1, 0), 0.5, scratch), -1);
    row.assign(600, std::numeric_limits<float>::quiet_NaN());
    for (auto params :
         {With(0, 0, 1, 0), With(1, 0, 1, 0), With(1, 5, 1, 0), With(1, 0, 0.9F, 0)}) {
        EXPECT_EQ(SampleToken(row, params, 0.5, scratch), -1);
    }
}

TEST(Sampler, MaskedColumnsAreNeverDrawn) {
    SamplerScratch scratch;
    auto row = RandomRow(1000, 5);
    std::vector<uint32_t> allowed(32, 0);
    for (int token : {7, 64, 999}) allowed[token / 32] |= 1U << (token % 32);
    KeepMasked(row, allowed);
    for (auto params :
         {With(1, 0, 1, 0), With(1, 2, 1, 0), With(5, 0, 0.999F, 0), With(1, 0, 1, 0.0001F)}) {
        for (double u : {0.0, 0.3, 0.6, 0.9999999999999999}) {
            TokenId token = SampleToken(row, params, u, scratch);
            EXPECT_TRUE(token == 7 || token == 64 || token == 999) << token;
        }
    }
}

TEST(Sampler, TypicalKeepsTokensOfExpectedSurprise) {
    // Probabilities 0.5, 0.25, 0.125, ...: entropy 2 bits, so the token of 2 bits is most typical.
    std::vector<float> row;
    for (int i = 0; i < 20; ++i) row.push_back(static_cast<float>(-i * std::log(2.0)));
    SamplingParams params;
    params.typical_p = 0.2F;
    SamplerScratch scratch;
    for (double u : {0.0, 0.5, 0.99}) EXPECT_EQ(SampleToken(row, params, u, scratch), 1);
}

TEST(Sampler, EqualLogitsAtTheKthPlaceAllStay) {
    std::vector<float> row{1, 2, 2, 2, 0};
    SamplerScratch scratch;
    std::map<TokenId, int> drawn;
    for (int i = 0; i < 300; ++i) ++drawn[SampleToken(row, With(1, 2, 1, 0), i / 300.0, scratch)];
    EXPECT_EQ(drawn.size(), 3U);
}

TEST(Sampler, TopKIsOrderedAndCutAtTheRow) {
    auto row = RandomRow(5000, 9);
    SamplerScratch scratch;
    auto top = TopK(row, 20, scratch);
    auto sorted = row;
    std::ranges::sort(sorted, std::greater<>());
    ASSERT_EQ(top.size(), 20U);
    for (size_t i = 0; i < 20; ++i) EXPECT_EQ(top[i].logit, sorted[i]);
    std::vector<float> small{1, 3, 2};
    EXPECT_EQ(TopK(small, 20, scratch).size(), 3U);
    EXPECT_EQ(TopK(small, 20, scratch)[0].token, 1);
}

TEST(Logprobs, AreTheLogSoftmaxOfTheRow) {
    auto row = RandomRow(1234, 3);
    double sum = 0;
    for (float x : row) sum += std::exp(double{x});
    SamplerScratch scratch;
    auto logprob = LogprobOf(row, 77, 3, scratch);
    EXPECT_NEAR(logprob.logprob, row[77] - std::log(sum), 1e-5);
    ASSERT_EQ(logprob.top.size(), 3U);
    EXPECT_EQ(logprob.top[0].token, Greedy(row, scratch));
    EXPECT_GE(logprob.top[0].logprob, logprob.top[1].logprob);
}

TEST(TokenCounts, PenalisesAsCtrlAndOpenAiDefine) {
    TokenCounts counts(std::vector<TokenId>{1, 2});
    for (int i = 0; i < 3; ++i) counts.AddOutput(2);
    counts.AddOutput(3);
    SamplingParams params;
    params.repetition_penalty = 2;
    params.frequency_penalty = 0.5F;
    params.presence_penalty = 0.25F;
    std::vector<float> row{4, 4, -4, 4};
    counts.Penalise(params, row);
    EXPECT_EQ(row, (std::vector<float>{4, 2, -8 - 1.5F - 0.25F, 2 - 0.5F - 0.25F}));
}

TEST(TokenCounts, HoldsManyTokens) {
    std::vector<TokenId> prompt(5000);
    std::iota(prompt.begin(), prompt.end(), 0);
    TokenCounts counts(prompt);
    SamplingParams params;
    params.repetition_penalty = 2;
    std::vector<float> row(6000, 1);
    counts.Penalise(params, row);
    EXPECT_EQ(std::ranges::count(row, 0.5F), 5000);
}

TEST(Philox, GivesThePublishedNumbers) {  // Random123's kat_vectors, philox4x32 of 10 rounds
    EXPECT_EQ(Philox({0, 0, 0, 0}, 0),
              (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(Philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, ~uint64_t{0}),
              (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Philox, UniformNumbersFillTheUnitInterval) {
    double sum = 0;
    for (int i = 0; i < 10'000; ++i) {
        double u = UniformAt(42, 1, i);
        ASSERT_GE(u, 0);
        ASSERT_LT(u, 1);
        sum += u;
    }
    EXPECT_NEAR(sum / 10'000, 0.5, 0.01);
    EXPECT_NE(UniformAt(42, 1, 7), UniformAt(42, 2, 7));
    EXPECT_NE(UniformAt(42, 1, 7), UniformAt(43, 1, 7));
}

TEST(SamplingParams, ErrorsNameParameterValueAndRange) {
    auto message = [](auto change) {
        SamplingParams params;
        change(params);
        auto result = params.Validate(100);
        return result ? std::string() : result.error().message;
    };
    EXPECT_EQ(message([](auto&) {}), "");
    EXPECT_EQ(message([](auto& p) { p.temperature = -1; }),
              "temperature is -1, must be between 0 and 100");
    EXPECT_NE(message([](auto& p) { p.temperature = std::nanf(""); }), "");
    EXPECT_EQ(message([](auto& p) { p.top_p = 0; }), "top_p is 0, must be above 0 and at most 1");
    EXPECT_EQ(message([](auto& p) { p.logit_bias = {{100, 1.0F}}; }),
              "logit_bias: a token is 100, must be between 0 and 99");
    EXPECT_EQ(message([](auto& p) { p.n = 3, p.best_of = 2; }),
              "best_of is 2, must be at least n, which is 3");
    EXPECT_EQ(message([](auto& p) { p.stop = {""}; }), "stop has an empty string");
    EXPECT_EQ(message([](auto& p) { p.n = 4; }), "");
    EXPECT_NE(message([](auto& p) { p.max_tokens = 3, p.min_tokens = 4; }), "");
    EXPECT_NE(message([](auto& p) { p.stop_token_ids = {-1}; }), "");
}

}  // namespace
}  // namespace argosy
