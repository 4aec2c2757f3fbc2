// AdamW as torch.optim.AdamW computes it, with its state open for checkpoints. For the sources of
// this folder.
#pragma once

#include <string>
#include <vector>

#include "train/options.h"
#include "train/torch/network.h"

namespace argosy::train {

class AdamW {
  public:
    AdamW(std::vector<Parameter>& parameters, const OptimizerOptions& options);

    /// Scales all gradients so that their norm is at most clip_norm; gives the norm before.
    double ClipGradients();
    /// Step number `step` (from 1) with the gradients there are.
    void Step(int64_t step, double learning_rate);
    void ClearGradients();

    std::vector<at::Tensor>& first_moments() { return m_; }
    std::vector<at::Tensor>& second_moments() { return v_; }

  private:
    std::vector<Parameter>& parameters_;
    OptimizerOptions options_;
    std::vector<at::Tensor> m_, v_;
};

}  // namespace argosy::train
