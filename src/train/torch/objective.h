// What is minimised: the prediction of marked tokens, or the nearness of pairs. For the sources of
// this folder.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "train/batch_plan.h"
#include "train/example.h"
#include "train/torch/network.h"

namespace argosy::train {

class Objective {
  public:
    virtual ~Objective() = default;
    /// Tokens of each item, for planning passes.
    virtual const std::vector<int64_t>& tokens() const = 0;
    /// What the loss of these items is a mean over: trained tokens, or pairs.
    virtual int64_t Terms(const Pass& pass) const = 0;
    /// The sum over those terms, in double; `batch` must live until the way back is done.
    virtual at::Tensor Sum(const Pass& pass, bool training, uint64_t seed, Batch& batch) const = 0;
    /// A number that differs for other data.
    virtual uint64_t Fingerprint() const = 0;
};

/// Errors: kInvalidArgument naming the item. The items must outlive the objective.
Result<std::unique_ptr<Objective>> PredictTokens(const Network& network,
                                                 const TrainOptions& options,
                                                 std::span<const Example> examples);
Result<std::unique_ptr<Objective>> BringPairsTogether(const Network& network,
                                                      const TrainOptions& options,
                                                      std::span<const Pair> pairs);

/// One vector a sequence, [sequences][width], in the order that they were packed in.
at::Tensor Pool(const at::Tensor& rows, const PackedRows& packed,
                std::span<const std::span<const TokenId>> sequences, Pooling pooling);

}  // namespace argosy::train
