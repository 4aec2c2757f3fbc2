#include "train/torch/network.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include "train/random.h"
#include "train/torch/functions.h"

namespace argosy::train {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Keeps a layer's input alone, and runs the layer again on the way back. Gradients of its weights
// go straight to the weights.
struct RecomputedLayer : torch::autograd::Function<RecomputedLayer> {
    struct Call {
        const Network* network;
        const Batch* batch;
        size_t layer;
        bool training;
        uint64_t seed;
        at::Tensor Run(const at::Tensor& x) const {
            return network->RunSeeded(layer, x, *batch, training, seed);
        }
    };
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Call& call) {
        context->save_for_backward({x});
        auto& data = context->saved_data;
        data["network"] = reinterpret_cast<int64_t>(call.network);
        data["batch"] = reinterpret_cast<int64_t>(call.batch);
        data["layer"] = static_cast<int64_t>(call.layer);
        data["training"] = call.training;
        data["seed"] = static_cast<int64_t>(call.seed);
        return call.Run(x);
    }
    static variable_list backward(AutogradContext* context, variable_list dy) {
        auto& data = context->saved_data;
        const Call call{reinterpret_cast<const Network*>(data["network"].toInt()),
                        reinterpret_cast<const Batch*>(data["batch"].toInt()),
                        static_cast<size_t>(data["layer"].toInt()), data["training"].toBool(),
                        static_cast<uint64_t>(data["seed"].toInt())};
        const at::Tensor x = context->get_saved_variables()[0].detach().set_requires_grad(true);
        const at::AutoGradMode with_gradients(true);
        const at::Tensor y = call.Run(x);
        torch::autograd::backward({y}, {dy[0]});
        return {x.grad(), {}};
    }
};

at::Tensor Network::Normed(const Norm& norm, const at::Tensor& x) const {
    if (!norm.present()) return x;
    if (a_.norm == NormKind::kRms) return RmsNorm(x, norm.weight, a_.norm_eps);
    return at::layer_norm(x.to(at::kFloat), {norm.weight.numel()}, norm.weight, norm.bias,
                          a_.norm_eps);
}

at::Tensor Network::Embed(const Batch& batch) const {
    at::Tensor x = LookUp(embedding_, batch.rows.tokens, compute_);
    if (a_.embedding_scale != 1) x = x * a_.embedding_scale;
    if (token_types_.defined()) x = x + token_types_.select(0, 0);
    if (a_.learned_positions) {
        const at::Tensor index = at::tensor(at::ArrayRef<int32_t>(batch.rows.positions), at::kInt)
                                     .to(compute_.device, at::kLong);
        x = x + at::embedding(positions_, index);
    }
    return Normed(embedding_norm_, x);
}

// [rows][count * head_dim] to [rows][count][head_dim], normed and rotated.
at::Tensor Network::Heads(const at::Tensor& x, int64_t count, const Norm& norm, size_t index,
                          const Batch& batch) const {
    const at::Tensor heads =
        Normed(norm, x.to(at::kFloat).reshape({x.size(0), count, a_.head_dim}));
    if (a_.rope == RopeKind::kNone) return heads;
    const bool local = a_.windows[index] > 0 && batch.local_cos.defined();
    return Rotate(heads, local ? batch.local_cos : batch.global_cos,
                  local ? batch.local_sin : batch.global_sin, a_.rope == RopeKind::kInterleaved);
}

// Heads that share keys and values become more queries of one attention.
at::Tensor Network::AttendGroup(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                int window, const GroupTensors& group) const {
    const int64_t n = group.sequences, length = group.length, dim = a_.head_dim;
    const int64_t kv = a_.kv_heads, each = a_.heads / kv;
    const auto rows = [&](const at::Tensor& x) {
        const at::Tensor own = x.narrow(0, group.first_row, group.rows);
        return group.pad.defined() ? PadRows(own, group.pad, group.unpad) : own;
    };
    const auto shared = [&](const at::Tensor& x) {
        return rows(x).reshape({n, length, kv, dim}).transpose(1, 2).reshape({n * kv, length, dim});
    };
    const at::Tensor queries = rows(q)
                                   .reshape({n, length, kv, each, dim})
                                   .permute({0, 2, 3, 1, 4})
                                   .reshape({n * kv, each * length, dim});
    AttentionSettings settings{a_.attention_scale, a_.attention_softcap, {}, {}};
    settings.view = {n, kv, each, length, length};
    if (const auto mask = group.masks.find(window); mask != group.masks.end()) {
        settings.mask = mask->second;
    }
    const at::Tensor out = Attention(queries, shared(k), shared(v), settings)
                               .reshape({n, kv, each, length, dim})
                               .permute({0, 3, 1, 2, 4})
                               .reshape({n * length, kv * each * dim});
    return group.unpad.defined() ? TakeRows(out, group.unpad) : out;
}

at::Tensor Network::Attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           size_t index, const Batch& batch) const {
    std::vector<at::Tensor> outputs;
    for (const GroupTensors& group : batch.groups) {
        outputs.push_back(AttendGroup(q, k, v, a_.windows[index], group));
    }
    return outputs.size() == 1 ? outputs[0] : at::cat(outputs);
}

at::Tensor Network::AttentionPart(const Layer& layer, size_t index, const at::Tensor& x,
                                  const Batch& batch, bool training) const {
    at::Tensor q, k, v;
    if (layer.qkv.present()) {
        const at::Tensor all = Apply(layer.qkv, x, compute_, training);
        q = all.narrow(1, 0, a_.q_width());
        k = all.narrow(1, a_.q_width(), a_.kv_width());
        v = all.narrow(1, a_.q_width() + a_.kv_width(), a_.kv_width());
    } else {
        q = Apply(layer.q, x, compute_, training);
        k = Apply(layer.k, x, compute_, training);
        v = Apply(layer.v, x, compute_, training);
    }
    q = Heads(q, a_.heads, layer.q_norm, index, batch).to(compute_.type);
    k = Heads(k, a_.kv_heads, layer.k_norm, index, batch).to(compute_.type);
    return Apply(layer.output, Attend(q, k, v, index, batch), compute_, training);
}

at::Tensor Network::FeedForward(const Layer& layer, const at::Tensor& x, bool training) const {
    at::Tensor gate, up;
    if (layer.gate_up.present()) {
        const at::Tensor both = Apply(layer.gate_up, x, compute_, training);
        gate = both.narrow(1, 0, a_.feed_forward);
        up = both.narrow(1, a_.feed_forward, a_.feed_forward);
    } else {
        if (layer.gate.present()) gate = Apply(layer.gate, x, compute_, training);
        up = Apply(layer.up, x, compute_, training);
    }
    const auto activate = [&](const at::Tensor& value) {
        if (a_.activation == Activation::kSilu) return at::silu(value);
        return at::gelu(value, a_.activation == Activation::kGeluErf ? "none" : "tanh");
    };
    const at::Tensor inner = gate.defined() ? activate(gate) * up : activate(up);
    return Apply(layer.down, inner, compute_, training);
}

at::Tensor Network::RunLayer(size_t index, const at::Tensor& x, const Batch& batch,
                             bool training) const {
    const Layer& layer = layers_[index];
    if (a_.encoder) {
        const at::Tensor mid =
            Normed(layer.attention_norm, x + AttentionPart(layer, index, x, batch, training));
        return Normed(layer.feed_forward_norm, mid + FeedForward(layer, mid, training));
    }
    const at::Tensor attention =
        AttentionPart(layer, index, Normed(layer.attention_norm, x), batch, training);
    const at::Tensor mid = x + Normed(layer.attention_post_norm, attention);
    const at::Tensor out = FeedForward(layer, Normed(layer.feed_forward_norm, mid), training);
    return mid + Normed(layer.feed_forward_post_norm, out);
}

// Dropout draws from libtorch's generator: seeded for each layer, so that running it again, or
// resuming, drops the same.
at::Tensor Network::RunSeeded(size_t index, const at::Tensor& x, const Batch& batch, bool training,
                              uint64_t seed) const {
    if (training && compute_.dropout > 0) at::manual_seed(MixSeed(seed, index));
    return RunLayer(index, x, batch, training);
}

at::Tensor Network::Forward(const Batch& batch, bool training, uint64_t seed,
                            bool recompute) const {
    at::Tensor x = Embed(batch);
    if (recompute && at::GradMode::is_enabled() && !x.requires_grad()) x.set_requires_grad(true);
    for (size_t i = 0; i < layers_.size(); ++i) {
        if (recompute) {
            x = RecomputedLayer::apply(x, RecomputedLayer::Call{this, &batch, i, training, seed});
        } else {
            x = RunSeeded(i, x, batch, training, seed);
        }
    }
    return Normed(output_norm_, x);
}

at::Tensor Network::Logits(const at::Tensor& rows) const {
    const at::NoGradGuard no_gradients;
    const at::Tensor logits =
        at::mm(rows.to(compute_.type), head().Values(compute_).t()).to(at::kFloat);
    if (a_.logit_softcap == 0) return logits;
    return (logits / a_.logit_softcap).tanh() * a_.logit_softcap;
}

}  // namespace argosy::train
