// The language-model head and its cross-entropy in one: logits of a few hundred rows at a time, so
// that memory does not grow with rows times vocabulary.
#pragma once

#include "train/torch/linear.h"

namespace argosy::train {

/// The sum over rows of -log softmax(softcap(hidden W^T))[target]. hidden [rows][width]; targets
/// [rows], int64. `gradients`: they are computed on the way, for the backward pass to hand out.
at::Tensor TokenLoss(const at::Tensor& hidden, const at::Tensor& targets, const Matrix& head,
                     double softcap, const Compute& compute, bool gradients);

}  // namespace argosy::train
