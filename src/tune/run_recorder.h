// What the trainer tells between steps, passed on: to the progress line, the logs and the loss
// curve. Single-strand.
#pragma once

#include "train/trainer.h"
#include "tune/loss_curve.h"
#include "tune/progress.h"
#include "tune/run_tracking.h"
#include "tune/tune_summary.h"

namespace argosy::tune {

class RunRecorder {
  public:
    RunRecorder(const RunFolder& folder, RunTracking& tracking, Progress& progress)
        : folder_(folder),
          tracking_(tracking),
          progress_(progress),
          curve_(LossCurve::FromLog(folder.log())) {}

    /// For Trainer::Train; refers to this recorder. `stop` is asked after each step.
    train::Observer Observe(std::function<bool()> stop);

    /// Scores at a step, beside those that the trainer tells of.
    void Scored(int64_t step, const Scores& scores);

    const LossCurve& curve() const { return curve_; }
    /// Writes loss.png and logs it.
    void WritePlot(const std::string& title);

  private:
    void Step(const train::StepReport& report);
    void Evaluation(const train::EvaluationReport& report);

    const RunFolder& folder_;
    RunTracking& tracking_;
    Progress& progress_;
    LossCurve curve_;
};

}  // namespace argosy::tune
