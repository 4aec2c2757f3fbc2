#include "train/torch/adamw.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

namespace argosy::train {

AdamW::AdamW(std::vector<Parameter>& parameters, const OptimizerOptions& options)
    : parameters_(parameters), options_(options) {
    for (const Parameter& parameter : parameters) {
        m_.push_back(at::zeros_like(parameter.value.detach()));
        v_.push_back(at::zeros_like(parameter.value.detach()));
    }
}

double AdamW::ClipGradients() {
    const at::NoGradGuard no_gradients;
    std::vector<at::Tensor> norms;
    for (const Parameter& parameter : parameters_) {
        const at::Tensor& gradient = parameter.value.grad();
        if (gradient.defined()) norms.push_back(gradient.norm().to(at::kDouble));
    }
    if (norms.empty()) return 0;
    const double norm = at::stack(norms).norm().item<double>();
    if (options_.clip_norm == 0) return norm;
    const double scale = options_.clip_norm / (norm + 1e-6);
    if (!(scale < 1)) return norm;
    for (const Parameter& parameter : parameters_) {
        at::Tensor gradient = parameter.value.grad();
        if (gradient.defined()) gradient.mul_(scale);
    }
    return norm;
}

void AdamW::Step(int64_t step, double learning_rate) {
    const at::NoGradGuard no_gradients;
    const auto t = static_cast<double>(step);
    const double first = 1 - std::pow(options_.beta1, t);
    const double second = std::sqrt(1 - std::pow(options_.beta2, t));
    for (size_t i = 0; i < parameters_.size(); ++i) {
        at::Tensor value = parameters_[i].value;
        const at::Tensor& gradient = value.grad();
        if (!gradient.defined()) continue;
        if (parameters_[i].decays) value.mul_(1 - learning_rate * options_.weight_decay);
        m_[i].mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
        v_[i].mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
        const at::Tensor root = v_[i].sqrt().div_(second).add_(options_.epsilon);
        value.addcdiv_(m_[i], root, -learning_rate / first);
    }
}

void AdamW::ClearGradients() {
    for (Parameter& parameter : parameters_) parameter.value.mutable_grad().reset();
}

}  // namespace argosy::train
