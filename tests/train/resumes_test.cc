// A run that is killed at any moment and started again ends with the losses of one that was not.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/train/train_fixtures.h"
#include "train/trainer.h"

namespace argosy::train {
namespace {

TrainOptions Options(const std::filesystem::path& folder) {
    TrainOptions options;
    options.lora.rank = 4;
    options.lora.dropout = 0.1;  // its masks must come back too
    options.optimizer.learning_rate = 1e-2;
    options.batch.examples = 4;
    options.batch.accumulation = 2;
    options.epochs = 3;
    options.evaluation.every = 10;
    options.evaluation.patience = 100;
    options.checkpoint = {folder, 3, 2, true};
    options.threads = 1;
    return options;
}

/// The losses of each step that ran, or nothing new where a checkpoint was at the end.
std::vector<double> TrainOnce(const TrainOptions& options, const Observer& observer = {}) {
    Trainer trainer =
        OrThrow(Trainer::Create(OrThrow(OpenModel(DataFolder() / "logits" / "qwen3")), options));
    std::vector<double> losses;
    Observer seen = observer;
    seen.step = [&](const StepReport& report) {
        losses.push_back(report.loss);
        if (observer.step) observer.step(report);
    };
    const std::vector<Example> all = FixtureExamples();
    const auto examples = std::span(all).first(112), evaluation = std::span(all).subspan(112);
    const TrainSummary summary = OrThrow(trainer.Train(examples, evaluation, seen));
    EXPECT_EQ(summary.steps, 42);
    losses.push_back(OrThrow(trainer.Evaluate(evaluation)));
    return losses;
}

class Resuming : public ::testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / fmt::format("argosy-resume-{}", getpid());
};

/// Runs it in a process of its own, killed when it tells of step `step` (by the kernel: no handler
/// runs), or a little after.
void TrainAndKill(const TrainOptions& options, int64_t step, std::chrono::microseconds after) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        Observer observer;
        observer.step = [&](const StepReport& report) {
            if (report.step == step) (void)!write(pipe_ends[1], "x", 1);
        };
        TrainOnce(options, observer);
        _exit(0);
    }
    close(pipe_ends[1]);
    char byte = 0;
    EXPECT_EQ(read(pipe_ends[0], &byte, 1), 1);
    std::this_thread::sleep_for(after);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    close(pipe_ends[0]);
}

TEST_F(Resuming, AfterKillsEndsWithTheSameLosses) {
    // Kills come first: a process that has used libtorch's threads cannot be forked from.
    const TrainOptions killed = Options(folder_ / "killed");
    TrainAndKill(killed, 2, {});  // before any checkpoint
    TrainAndKill(killed, 12, std::chrono::microseconds(300));
    TrainAndKill(killed, 29, std::chrono::microseconds(2500));
    const std::vector<double> resumed = TrainOnce(killed);
    const std::vector<double> whole = TrainOnce(Options(folder_ / "whole"));
    ASSERT_EQ(whole.size(), 43u);
    ASSERT_LT(resumed.size(), 20u) << "it did not resume";
    for (size_t i = 0; i < resumed.size(); ++i) {
        EXPECT_EQ(resumed[i], whole[whole.size() - resumed.size() + i]);
    }
}

TEST_F(Resuming, RefusesACheckpointOfAnotherRun) {
    TrainOptions options = Options(folder_);
    TrainOnce(options);
    options.seed = 2;
    Trainer trainer =
        OrThrow(Trainer::Create(OrThrow(OpenModel(DataFolder() / "logits" / "qwen3")), options));
    const std::vector<Example> all = FixtureExamples();
    const auto trained = trainer.Train(std::span(all).first(112), std::span<const Example>());
    ASSERT_FALSE(trained);
    EXPECT_EQ(trained.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(trained.error().ToString().find("another run"), std::string::npos);
}

}  // namespace
}  // namespace argosy::train
