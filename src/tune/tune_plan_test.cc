#include "tune/tune_plan.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace argosy::tune {
namespace {

TuneFlags Flags() {
    TuneFlags flags;
    flags.model = "base.gguf";
    flags.data = {"train.jsonl"};
    flags.out = "out";
    return flags;
}

std::string ErrorOf(const TuneFlags& flags) {
    const auto plan = MakePlan(flags);
    return plan ? "" : plan.error().ToString();
}

TEST(TunePlan, DefaultsGoByMethod) {
    TuneFlags flags = Flags();
    TunePlan plan = OrThrow(MakePlan(flags));
    EXPECT_EQ(plan.training.method, train::Method::kLora);
    EXPECT_EQ(plan.training.optimizer.learning_rate, 2e-4);
    EXPECT_EQ(plan.format, Format::kPeft);
    EXPECT_EQ(plan.quant, "f32");
    flags.method = "full";
    plan = OrThrow(MakePlan(flags));
    EXPECT_EQ(plan.training.optimizer.learning_rate, 2e-5);
    EXPECT_EQ(plan.format, Format::kMerged);
    EXPECT_EQ(plan.quant, "q8_0");
    flags.method = "";
    flags.task = "embed";
    EXPECT_EQ(OrThrow(MakePlan(flags)).training.method, train::Method::kFull);
}

TEST(TunePlan, PacksToTheBatchTimesTheContext) {
    TuneFlags flags = Flags();
    flags.packing = true;
    flags.batch_size = 2;
    EXPECT_EQ(OrThrow(MakePlan(flags)).training.batch.pack_tokens, 4096);
    flags.context = 300;
    EXPECT_EQ(OrThrow(MakePlan(flags)).training.batch.pack_tokens, 600);
}

TEST(TunePlan, SaysWhichOptionsDoNotGoTogether) {
    TuneFlags flags = Flags();
    flags.method = "full";
    flags.format = "peft";
    EXPECT_EQ(ErrorOf(flags), "full training makes no adapter: --format has to be merged");
    flags = Flags();
    flags.quant = "q4_0";
    EXPECT_NE(ErrorOf(flags).find("--quant is 'q4_0'"), std::string::npos);
    flags.format = "merged";
    EXPECT_EQ(ErrorOf(flags), "");
    flags.quant = "q9_9";
    EXPECT_NE(ErrorOf(flags).find("q4_k_m"), std::string::npos);
    flags = Flags();
    flags.resume = flags.overwrite = true;
    EXPECT_NE(ErrorOf(flags).find("give one of them"), std::string::npos);
    flags = Flags();
    flags.eval_share = 0;
    flags.patience = 2;
    EXPECT_NE(ErrorOf(flags).find("need rows to evaluate on"), std::string::npos);
    flags = Flags();
    flags.warmup = -1;
    EXPECT_NE(ErrorOf(flags).find("-1"), std::string::npos);
    flags = Flags();
    flags.columns = "q=Question";
    EXPECT_NE(ErrorOf(flags).find("prompt"), std::string::npos);
}

std::vector<std::string> Parsed(TuneFlags& flags, std::vector<std::string> arguments) {
    CLI::App app;
    AddTuneFlags(app, flags);
    std::ranges::reverse(arguments);  // as CLI11 takes them
    app.parse(arguments);
    return SetArguments(app);
}

TEST(TuneFlags, SetArgumentsSetTheSameAgain) {
    TuneFlags first, second;
    const auto arguments =
        Parsed(first, {"base.gguf", "--data", "a b.jsonl", "c.csv", "--out", "o", "--bf16",
                       "--target-modules", "q_proj,v_proj", "--learning-rate", "1e-3"});
    const auto again = Parsed(second, arguments);
    EXPECT_EQ(arguments, again);
    EXPECT_EQ(second.model, "base.gguf");
    EXPECT_EQ(second.data, (std::vector<std::string>{"a b.jsonl", "c.csv"}));
    EXPECT_EQ(second.target_modules, (std::vector<std::string>{"q_proj", "v_proj"}));
    EXPECT_TRUE(second.bf16);
    EXPECT_FALSE(second.packing);
    EXPECT_EQ(second.learning_rate, 1e-3);
}

TEST(TuneFlags, QuotesForAShell) {
    EXPECT_EQ(ShellLine({"argosy", "--data=a b", "it's", ""}),
              R"(argosy '--data=a b' 'it'\''s' '')");
}

}  // namespace
}  // namespace argosy::tune
