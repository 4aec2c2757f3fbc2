// Weights to train from. `training`: small ones as GPT-2 began with (Radford et al. 2019):
// deviation 0.02, what is added to the residual stream less by the square root of the number of
// additions, norms of 1. `recall`: besides, heads that copy from the beginning, which a small model
// otherwise needs most of its training to find: four of the first layer's look at the token one,
// two, three and four before (by the rotation's fast pairs), and in two further layers three look
// for the place where the same few tokens stood earlier, and bring what followed (induction heads,
// Olsson et al. 2022; begun from structure as in Trockman and Kolter 2023, "Mimetic initialization
// of self-attention layers"). Such weights want a learning rate below 1e-3: a higher one undoes
// them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/model_shape.h"

namespace argosy {

/// Thread-safe once made.
class StartingWeights {
  public:
    /// `init` is "training" or "recall". kInvalidArgument for another, and where the shape has no
    /// room for the heads that copy: they are qwen2's (its attention has biases).
    static Result<StartingWeights> Create(const std::string& init, const ModelShape& shape,
                                          uint64_t seed);

    /// How a tensor's values spread, instead of what it has.
    void Spread(RandomTensor& tensor) const;
    /// Changes the values of a row, which are random by now.
    void Change(const std::string& tensor, int64_t row, std::span<float> values) const;

  private:
    StartingWeights(const ModelShape& shape, uint64_t seed, bool recall);
    void ChangePreviousHeads(const std::string& part, int64_t row, std::span<float> values) const;
    void ChangeInductionHeads(const std::string& part, int64_t row, std::span<float> values) const;
    /// Of the token `back` before (1 to 4): its first dimension in the residual stream, and how
    /// many.
    int64_t PreviousAt(int64_t back) const;
    int64_t PreviousSize(int64_t back) const;

    ModelShape shape_;
    bool recall_;
    // The residual stream's first dimensions hold the token, the others those before it.
    int64_t token_dims_ = 0, previous_dims_ = 0;
    std::vector<std::vector<float>> basis_;   // orthonormal, of the token's dimensions
    std::vector<std::vector<float>> values_;  // another one
};

}  // namespace argosy
