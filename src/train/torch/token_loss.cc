#include "train/torch/token_loss.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace argosy::train {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kLogitsAtOnce = int64_t{4} << 20;

struct Loss {
    at::Tensor sum, dhidden, dhead;
};

// Adds the loss of some rows to `loss.sum` and their gradients to the rest.
void AddRows(const at::Tensor& hidden, const at::Tensor& targets, const at::Tensor& weight,
             double softcap, Loss& loss, at::Tensor dhidden) {
    at::Tensor logits = at::mm(hidden, weight.t()).to(at::kFloat);
    at::Tensor capped;
    if (softcap > 0) {
        capped = logits.div_(softcap).tanh_();
        logits = capped * softcap;
    }
    const at::Tensor all = at::logsumexp(logits, {1}, true);
    const at::Tensor index = targets.unsqueeze(1);
    loss.sum.add_((all - logits.gather(1, index)).sum(at::kDouble));
    if (!dhidden.defined()) return;
    at::Tensor d = logits.sub_(all).exp_();
    d.scatter_add_(1, index, at::full(index.sizes(), -1, d.options()));
    if (capped.defined()) d.mul_(1 - capped.square_());
    d = d.to(weight.scalar_type());
    dhidden.copy_(at::mm(d, weight));
    if (loss.dhead.defined()) loss.dhead.add_(at::mm(d.t(), hidden));
}

Loss LossAndGradients(const at::Tensor& hidden, const at::Tensor& targets, const Matrix& head,
                      double softcap, const Compute& compute, bool gradients) {
    const at::Tensor weight = head.Values(compute), rows = hidden.to(compute.type);
    Loss loss;
    loss.sum = at::zeros({}, hidden.options().dtype(at::kDouble));
    if (gradients) loss.dhidden = at::empty(hidden.sizes(), hidden.options());
    if (gradients && head.trained()) loss.dhead = at::zeros_like(head.dense.detach());
    const int64_t step = std::max<int64_t>(1, kLogitsAtOnce / head.out), count = rows.size(0);
    for (int64_t at = 0; at < count; at += step) {
        const int64_t size = std::min(step, count - at);
        AddRows(rows.narrow(0, at, size), targets.narrow(0, at, size), weight, softcap, loss,
                gradients ? loss.dhidden.narrow(0, at, size) : at::Tensor());
    }
    return loss;
}

struct TokenLossFunction : torch::autograd::Function<TokenLossFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden,
                              const at::Tensor& weight, const at::Tensor& targets,
                              const Matrix* head, double softcap, const Compute* compute) {
        (void)weight;  // an input, so that the graph leads to it; its values come through `head`
        const Loss loss = LossAndGradients(hidden, targets, *head, softcap, *compute, true);
        context->save_for_backward({loss.dhidden, loss.dhead});
        return loss.sum;
    }
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const at::Tensor scale = gradients[0].to(at::kFloat);
        at::Tensor dhead = saved[1];
        if (dhead.defined()) dhead = dhead * scale;
        return {saved[0] * scale, dhead, {}, {}, {}, {}};
    }
};

}  // namespace

at::Tensor TokenLoss(const at::Tensor& hidden, const at::Tensor& targets, const Matrix& head,
                     double softcap, const Compute& compute, bool gradients) {
    if (!gradients) return LossAndGradients(hidden, targets, head, softcap, compute, false).sum;
    const at::Tensor weight = head.trained() ? head.dense : at::zeros({1}, hidden.options());
    return TokenLossFunction::apply(hidden, weight, targets, &head, softcap, &compute);
}

}  // namespace argosy::train
