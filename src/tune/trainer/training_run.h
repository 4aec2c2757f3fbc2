// A run from the moment when its data is good: scores before, training, export, scores after, all
// of it written into the run's folder and logs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/trainer.h"
#include "tune/run_recorder.h"
#include "tune/trainer/base_model.h"
#include "tune/trainer/tune_run.h"

namespace argosy::tune {

/// Used once, on one thread. Flags, base and hooks outlive it.
class TrainingRun {
  public:
    /// `summary`: what is known already.
    TrainingRun(const TuneFlags& flags, TunePlan plan, const BaseModel& base, const RunHooks& hooks,
                RunFolder folder, RunTracking tracking, TuneSummary summary);

    /// Of train::Example or train::Pair. `questions`: what to ask where exact answers are counted.
    template <typename Item>
    Result<TuneSummary> Do(const std::vector<Item>& items, const std::vector<Item>& evaluation,
                           const std::vector<Question>& questions);

  private:
    template <typename Item>
    Result<void> Train(const std::vector<Item>& items, const std::vector<Item>& evaluation,
                       const std::vector<Question>& questions);
    template <typename Item>
    Result<void> ScoreBefore(train::Trainer& trainer, const std::vector<Item>& evaluation,
                             const std::vector<Question>& questions);
    template <typename Item>
    Result<void> Deliver(train::Trainer& trainer, const std::vector<Item>& evaluation,
                         const std::vector<Question>& questions);
    Result<AnswerRate> Answers(const std::vector<Question>& questions, const std::string& result);
    Result<void> Finish();

    const TuneFlags& flags_;
    TunePlan plan_;
    const BaseModel& base_;
    const RunHooks& hooks_;
    RunFolder folder_;
    RunTracking tracking_;
    TuneSummary summary_;
    Progress progress_;
    RunRecorder recorder_;
};

}  // namespace argosy::tune
