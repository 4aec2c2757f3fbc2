#include "engine/memory_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/text.h"
#include "model/make_model.h"

namespace argosy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;

/// Qwen3 0.6B in Q8_0.
MemoryNeeds SmallModel() {
    MemoryNeeds needs;
    needs.weights = 610 * kMiB;
    needs.matrix_elements = 595'000'000;
    needs.layers = 28;
    needs.kv_heads = 28 * 8;
    needs.key_dim = needs.value_dim = 128;
    needs.heads = 16;
    needs.width = 1024;
    needs.feed_forward = 3072;
    needs.vocabulary = 151'936;
    needs.trained_context = 40'960;
    return needs;
}

EngineOptions TwoThreads() {
    EngineOptions options;
    options.threads = 2;
    return options;
}

TEST(KvBytes, OfAToken) {
    const MemoryNeeds needs = SmallModel();
    EXPECT_EQ(KvBytesPerToken(needs, "f16").value(), 28u * 8 * 2 * 128 * 2);
    EXPECT_EQ(KvBytesPerToken(needs, "f32").value(), 28u * 8 * 2 * 128 * 4);
    EXPECT_EQ(KvBytesPerToken(needs, "q8_0").value(), 28u * 8 * 2 * 4 * 34);
    EXPECT_EQ(KvBytesPerToken(needs, "q4").error().code, ErrorCode::kInvalidArgument);
    MemoryNeeds odd = needs;
    odd.key_dim = 80;
    EXPECT_THAT(KvBytesPerToken(odd, "q8_0").error().message, HasSubstr("80"));
}

TEST(PlanMemory, TakesTheModelsContextWhereThereIsRoom) {
    EngineOptions options = TwoThreads();
    const auto plan = PlanMemory(SmallModel(), 64 * kGiB, options);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->context_length, 40'960);
    EXPECT_EQ(plan->kv_blocks * kKvBlockTokens, 40'960);
    EXPECT_EQ(options.context_length, 40'960);
    EXPECT_EQ(options.kv_cache_bytes, plan->kv_cache);
    EXPECT_EQ(plan->kv_cache, uint64_t{40'960} * 114'688);
}

TEST(PlanMemory, ShortContextsGetRoomForAFewSequences) {
    EngineOptions options = TwoThreads();
    options.context_length = 2048;
    const auto plan = PlanMemory(SmallModel(), 64 * kGiB, options);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->context_length, 2048);
    EXPECT_EQ(plan->kv_blocks * kKvBlockTokens, 4 * 2048);
}

TEST(PlanMemory, CutsTheContextToHalfOfTheRoom) {
    EngineOptions options = TwoThreads();
    const auto plan = PlanMemory(SmallModel(), 3 * kGiB, options);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_LT(plan->context_length, 40'960);
    EXPECT_GT(plan->context_length, 8'000);
    EXPECT_LE(plan->kv_cache, (3 * kGiB - plan->weights - plan->buffers) / 2);
    EXPECT_LE(plan->total(), 3 * kGiB);
}

TEST(PlanMemory, RefusalsSayTheArithmeticAndWhatFits) {
    EngineOptions options = TwoThreads();
    options.context_length = 32'768;  // 3.5 GiB in F16, 1.86 GiB in Q8_0
    const auto error = PlanMemory(SmallModel(), 3 * kGiB, options).error();
    EXPECT_EQ(error.code, ErrorCode::kResourceExhausted);
    EXPECT_THAT(error.message, HasSubstr("weights 610 MiB + KV cache 3.5 GiB (32,768 tokens of "
                                         "F16) + buffers "));
    EXPECT_THAT(error.message, HasSubstr("of 3.0 GiB free"));
    EXPECT_THAT(error.message, HasSubstr("a context of "));
    EXPECT_THAT(error.message, HasSubstr("KV cache of type q8_0 (1.9 GiB for 32,768 tokens)"));
    EXPECT_EQ(options.kv_cache_bytes, 0u);

    options.kv_type = "q8_0";
    EXPECT_TRUE(PlanMemory(SmallModel(), 3 * kGiB, options));
}

TEST(PlanMemory, WeightsTooLargeNameASmallerType) {
    MemoryNeeds needs = SmallModel();
    needs.weights = 1192 * kMiB;  // BF16
    EngineOptions options = TwoThreads();
    const auto error = PlanMemory(needs, 1 * kGiB, options).error();
    EXPECT_EQ(error.code, ErrorCode::kResourceExhausted);
    EXPECT_THAT(error.message, HasSubstr("weights in q8_0 (about 607 MiB)"));
    EXPECT_THAT(error.message, Not(HasSubstr("context of")));

    const auto hopeless = PlanMemory(needs, 100 * kMiB, options).error();
    EXPECT_THAT(hopeless.message, HasSubstr("needs a machine with"));
}

/// Every remedy of a refusal, followed, is accepted.
TEST(PlanMemory, RemediesHold) {
    const MemoryNeeds needs = SmallModel();
    for (uint64_t available = 700 * kMiB; available < 6 * kGiB; available += 37 * kMiB) {
        EngineOptions options = TwoThreads();
        options.context_length = 40'960;
        const auto plan = PlanMemory(needs, available, options);
        if (plan) {
            EXPECT_LE(plan->total(), available);
            continue;
        }
        const std::string& message = plan.error().message;
        if (const size_t at = message.find("a context of "); at != std::string::npos) {
            std::string digits;
            for (size_t i = at + 13; message[i] != ' '; ++i) {
                if (message[i] != ',') digits += message[i];
            }
            EngineOptions shorter = TwoThreads();
            shorter.context_length = std::stoi(digits);
            EXPECT_TRUE(PlanMemory(needs, available, shorter)) << message;
        }
        if (message.find("of type q8_0") != std::string::npos) {
            options.kv_type = "q8_0";
            EXPECT_TRUE(PlanMemory(needs, available, options)) << message;
        }
    }
}

TEST(PlanMemory, GivenCacheSetsTheContext) {
    EngineOptions options = TwoThreads();
    options.kv_cache_bytes = uint64_t{1000} * 114'688;
    const auto plan = PlanMemory(SmallModel(), 4 * kGiB, options);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->context_length, 992);  // whole blocks of 16
    EXPECT_EQ(plan->kv_blocks, 62);

    options = TwoThreads();
    options.kv_cache_bytes = uint64_t{1000} * 114'688;
    options.context_length = 2000;
    const auto error = PlanMemory(SmallModel(), 4 * kGiB, options).error();
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(error.message, HasSubstr("992 tokens"));
    EXPECT_THAT(error.message, HasSubstr("context of 2,000"));

    options.context_length = 0;
    options.kv_cache_bytes = 8 * kGiB;
    const auto too_large = PlanMemory(SmallModel(), 4 * kGiB, options).error();
    EXPECT_EQ(too_large.code, ErrorCode::kResourceExhausted);
    EXPECT_THAT(too_large.message, HasSubstr("a KV cache of 3"));
}

TEST(PlanMemory, EncodersHaveNoCache) {
    MemoryNeeds needs = SmallModel();
    needs.kv_heads = needs.vocabulary = 0;
    needs.trained_context = 512;
    EngineOptions options = TwoThreads();
    const auto plan = PlanMemory(needs, 1 * kGiB, options);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->kv_cache, 0u);
    EXPECT_EQ(plan->context_length, 512);
    EXPECT_THAT(plan->ToString(), Not(HasSubstr("KV")));
}

TEST(MeasureModel, CountsPanelsOfARealFile) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("argosy_memory_" + std::to_string(getpid()) + ".gguf");
    MakeModelOptions made;
    made.architecture = "qwen3";
    ASSERT_TRUE(MakeModel(path, made));
    {
        const auto model = OpenModel(path);
        ASSERT_TRUE(model) << model.error().message;
        const auto needs = MeasureModel(**model);
        ASSERT_TRUE(needs) << needs.error().message;
        EXPECT_LE(needs->weights, (*model)->tensor_bytes() / 10 * 11);
        EXPECT_GT(needs->weights, (*model)->tensor_bytes() / 3);
        EXPECT_GT(needs->kv_heads, 0);
        EngineOptions options;
        options.memory_limit_bytes = 1 * kMiB;
        const auto refused = PlanMemory(**model, options);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
        EXPECT_GE(options.threads, 1);
        options.memory_limit_bytes = 0;
        EXPECT_TRUE(PlanMemory(**model, options));
    }
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace argosy
