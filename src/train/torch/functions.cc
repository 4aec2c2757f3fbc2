#include "train/torch/functions.h"

#include <torch/csrc/autograd/custom_function.h>

namespace argosy::train {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct RmsNormFunction : torch::autograd::Function<RmsNormFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& input,
                              const at::Tensor& weight, double eps) {
        const at::Tensor x = input.to(at::kFloat);
        const at::Tensor inverse = x.square().mean(-1, true).add_(eps).rsqrt_();
        const at::Tensor normal = x * inverse;
        context->save_for_backward({normal, inverse, weight});
        context->saved_data["type"] = static_cast<int64_t>(input.scalar_type());
        context->saved_data["trained"] = weight.requires_grad();
        return normal * weight;
    }
    // With n = x / rms: dx = (g - n mean(g n)) / rms, where g = dy weight.
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const at::Tensor &normal = saved[0], &inverse = saved[1], &weight = saved[2];
        const at::Tensor& dy = gradients[0];
        at::Tensor dweight;
        if (context->saved_data["trained"].toBool()) {
            dweight = (dy * normal).reshape({-1, weight.numel()}).sum(0);
        }
        const at::Tensor g = dy * weight;
        const at::Tensor mean = (g * normal).mean(-1, true).neg_();
        const at::Tensor dx = at::addcmul(g, normal, mean).mul_(inverse);
        const auto type = static_cast<at::ScalarType>(context->saved_data["type"].toInt());
        return {dx.to(type), dweight, {}};
    }
};

// The first and second element of each pair, [rows][heads][rotary_dim / 2].
std::pair<at::Tensor, at::Tensor> Pairs(const at::Tensor& x, int64_t half, bool interleaved) {
    if (!interleaved) return {x.narrow(-1, 0, half), x.narrow(-1, half, half)};
    return {x.slice(-1, 0, 2 * half, 2), x.slice(-1, 1, 2 * half, 2)};
}

at::Tensor Rotated(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                   bool interleaved, double direction) {
    const int64_t half = cos.size(-1), dims = 2 * half;
    const auto [a, b] = Pairs(x, half, interleaved);
    at::Tensor out = at::empty_like(x);
    auto [out_a, out_b] = Pairs(out, half, interleaved);
    at::mul_out(out_a, a, cos);
    out_a.addcmul_(b, sin, -direction);
    at::mul_out(out_b, b, cos);
    out_b.addcmul_(a, sin, direction);
    const int64_t rest = x.size(-1) - dims;
    if (rest > 0) out.narrow(-1, dims, rest).copy_(x.narrow(-1, dims, rest));
    return out;
}

struct RotateFunction : torch::autograd::Function<RotateFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos,
                              const at::Tensor& sin, bool interleaved) {
        context->save_for_backward({cos, sin});
        context->saved_data["interleaved"] = interleaved;
        return Rotated(x, cos, sin, interleaved, 1);
    }
    static variable_list backward(AutogradContext* context, variable_list dy) {
        const auto saved = context->get_saved_variables();
        const bool interleaved = context->saved_data["interleaved"].toBool();
        return {Rotated(dy[0].contiguous(), saved[0], saved[1], interleaved, -1), {}, {}, {}};
    }
};

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                              const at::Tensor& v, double scale, double softcap,
                              const at::Tensor& mask, at::IntArrayRef view) {
        at::Tensor scores = at::bmm(q, k.transpose(1, 2)).to(at::kFloat).mul_(scale);
        at::Tensor capped;
        if (softcap > 0) {
            capped = scores.div_(softcap).tanh_();
            scores = capped * softcap;
        }
        if (mask.numel() > 0) scores.view(view).add_(mask);
        const at::Tensor weights = at::softmax(scores, -1);
        context->save_for_backward({q, k, v, weights, capped});
        context->saved_data["scale"] = scale;
        return at::bmm(weights.to(v.scalar_type()), v);
    }
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const at::Tensor &q = saved[0], &k = saved[1], &v = saved[2], &weights = saved[3];
        const at::Tensor& capped = saved[4];
        const at::Tensor dy = gradients[0].to(v.scalar_type());
        const at::Tensor dv = at::bmm(weights.to(v.scalar_type()).transpose(1, 2), dy);
        const at::Tensor dweights = at::bmm(dy, v.transpose(1, 2)).to(at::kFloat);
        at::Tensor dscores = at::_softmax_backward_data(dweights, weights, -1, at::kFloat);
        if (capped.defined()) dscores.mul_(1 - capped.square());
        dscores = dscores.mul_(context->saved_data["scale"].toDouble()).to(q.scalar_type());
        const at::Tensor dq = at::bmm(dscores, k);
        const at::Tensor dk = at::bmm(dscores.transpose(1, 2), q);
        return {dq, dk, dv, {}, {}, {}, {}};
    }
};

struct PadRowsFunction : torch::autograd::Function<PadRowsFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                              const at::Tensor& index, const at::Tensor& inverse) {
        context->save_for_backward({inverse});
        return x.index_select(0, index);
    }
    static variable_list backward(AutogradContext* context, variable_list dy) {
        return {dy[0].index_select(0, context->get_saved_variables()[0]), {}, {}};
    }
};

struct TakeRowsFunction : torch::autograd::Function<TakeRowsFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x,
                              const at::Tensor& index) {
        context->save_for_backward({index});
        context->saved_data["sizes"] = x.sizes().vec();
        return x.index_select(0, index);
    }
    static variable_list backward(AutogradContext* context, variable_list dy) {
        at::Tensor dx = at::zeros(context->saved_data["sizes"].toIntVector(), dy[0].options());
        dx.index_copy_(0, context->get_saved_variables()[0], dy[0]);
        return {dx, {}};
    }
};

}  // namespace

at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    return RmsNormFunction::apply(x, weight, eps);
}

at::Tensor Rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                  bool interleaved) {
    return RotateFunction::apply(x, cos, sin, interleaved);
}

at::Tensor Attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const AttentionSettings& settings) {
    // A function's tensors must be defined: an empty one stands for no mask.
    const at::Tensor mask = settings.mask.defined() ? settings.mask : at::empty({0}, q.options());
    return AttentionFunction::apply(q, k, v, settings.scale, settings.softcap, mask,
                                    at::IntArrayRef(settings.view));
}

at::Tensor PadRows(const at::Tensor& x, const at::Tensor& index, const at::Tensor& inverse) {
    return PadRowsFunction::apply(x, index, inverse);
}

at::Tensor TakeRows(const at::Tensor& x, const at::Tensor& index) {
    return TakeRowsFunction::apply(x, index);
}

}  // namespace argosy::train
