#include "train/schedule.h"

#include <gtest/gtest.h>

namespace argosy::train {
namespace {

OptimizerOptions With(Schedule schedule) {
    OptimizerOptions options;
    options.learning_rate = 1;
    options.warmup_steps = 10;
    options.schedule = schedule;
    return options;
}

TEST(LearningRate, RisesLinearlyFromZero) {
    for (const auto schedule : {Schedule::kConstant, Schedule::kLinear, Schedule::kCosine}) {
        EXPECT_EQ(LearningRate(With(schedule), 0, 110), 0);
        EXPECT_DOUBLE_EQ(LearningRate(With(schedule), 5, 110), 0.5);
        EXPECT_DOUBLE_EQ(LearningRate(With(schedule), 10, 110), 1);
    }
}

TEST(LearningRate, FallsAsItsNameSays) {
    EXPECT_DOUBLE_EQ(LearningRate(With(Schedule::kConstant), 109, 110), 1);
    EXPECT_DOUBLE_EQ(LearningRate(With(Schedule::kLinear), 35, 110), 0.75);
    EXPECT_DOUBLE_EQ(LearningRate(With(Schedule::kCosine), 60, 110), 0.5);
    EXPECT_DOUBLE_EQ(LearningRate(With(Schedule::kLinear), 110, 110), 0);
    EXPECT_NEAR(LearningRate(With(Schedule::kCosine), 500, 110), 0, 1e-12);
}

TEST(LearningRate, EndsAtItsFinalRatio) {
    OptimizerOptions options = With(Schedule::kLinear);
    options.final_ratio = 0.2;
    EXPECT_DOUBLE_EQ(LearningRate(options, 110, 110), 0.2);
    EXPECT_DOUBLE_EQ(LearningRate(options, 60, 110), 0.6);
}

TEST(LearningRate, WithoutWarmupStartsAtThePeak) {
    OptimizerOptions options = With(Schedule::kCosine);
    options.warmup_steps = 0;
    EXPECT_DOUBLE_EQ(LearningRate(options, 0, 1), 1);
}

}  // namespace
}  // namespace argosy::train
