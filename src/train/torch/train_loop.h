// The loop of training: passes, steps, evaluations, checkpoints. For the sources of this folder.
#pragma once

#include "train/checkpoint.h"
#include "train/torch/adamw.h"
#include "train/torch/objective.h"
#include "train/trainer.h"

namespace argosy::train {

/// Mean loss over all items, in the order that they have.
double MeanLoss(const Objective& objective, const TrainOptions& options);

class TrainLoop {
  public:
    TrainLoop(Network& network, const TrainOptions& options, const Objective& training,
              const Objective* evaluation, const Observer& observer);
    Result<TrainSummary> Run();

  private:
    StepReport TakeStep(std::span<const Pass> passes, int epoch);
    void Evaluate();
    void KeepBest();
    void RestoreBest();
    Result<void> Save();
    Result<void> Resume();
    Result<void> Restore(const LoadedCheckpoint& loaded);
    json::object State() const;
    json::object RunIdentity() const;
    int64_t CountSteps() const;
    bool Over() const { return step_ >= total_ || ended_; }
    /// All that a checkpoint holds, by name; the tensors share memory with the run.
    std::vector<std::pair<std::string, at::Tensor>> Tensors();

    Network& network_;
    const TrainOptions& options_;
    const Objective& training_;
    const Objective* evaluation_;
    const Observer& observer_;
    AdamW optimizer_;
    int64_t step_ = 0, total_ = 0, saved_ = -1;
    double last_loss_ = 0, best_;
    int without_better_ = 0;
    std::vector<at::Tensor> best_values_;  // empty: no evaluation so far
    bool ended_ = false;
    Ending ending_ = Ending::kDone;
};

}  // namespace argosy::train
