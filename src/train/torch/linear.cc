#include "train/torch/linear.h"

#include <torch/csrc/autograd/custom_function.h>

#include "engine/kernels/weight.h"

namespace argosy::train {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Functions get what is not a tensor by pointer: the model outlives each graph.
template <typename T>
void Keep(AutogradContext* context, const char* name, const T& object) {
    context->saved_data[name] = reinterpret_cast<int64_t>(&object);
}
template <typename T>
const T& Kept(AutogradContext* context, const char* name) {
    return *reinterpret_cast<const T*>(context->saved_data[name].toInt());
}

at::Tensor Product(const Linear& linear, const at::Tensor& x, const Compute& compute) {
    const at::Tensor weight = linear.matrix.Values(compute);
    if (!linear.bias.defined()) return at::mm(x, weight.t());
    return at::addmm(linear.bias.to(compute.type), x, weight.t());
}

// A frozen matrix: nothing is kept for the way back, and blocks are read again there.
struct FrozenProduct : torch::autograd::Function<FrozenProduct> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Linear* linear,
                              const Compute* compute) {
        Keep(context, "linear", *linear);
        Keep(context, "compute", *compute);
        context->saved_data["type"] = static_cast<int64_t>(x.scalar_type());
        return Product(*linear, x.to(compute->type), *compute);
    }
    static variable_list backward(AutogradContext* context, variable_list dy) {
        const auto& compute = Kept<Compute>(context, "compute");
        const at::Tensor weight = Kept<Linear>(context, "linear").matrix.Values(compute);
        const auto type = static_cast<at::ScalarType>(context->saved_data["type"].toInt());
        return {at::mm(dy[0].to(compute.type), weight).to(type), {}, {}};
    }
};

// A frozen matrix and its adapter at once: y = x W^T + s (x A^T) B^T without a temporary of y's
// size, and one dx.
struct AdaptedProduct : torch::autograd::Function<AdaptedProduct> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& input,
                              const at::Tensor& a, const at::Tensor& b, const Linear* linear,
                              const Compute* compute) {
        const at::Tensor x = input.to(compute->type);
        const at::Tensor low = at::mm(x, a.to(compute->type).t());
        at::Tensor y = Product(*linear, x, *compute);
        y.addmm_(low, b.to(compute->type).t(), 1, linear->lora_scale);
        Keep(context, "linear", *linear);
        Keep(context, "compute", *compute);
        context->saved_data["type"] = static_cast<int64_t>(input.scalar_type());
        context->save_for_backward({x, low, a, b});
        return y;
    }
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto& linear = Kept<Linear>(context, "linear");
        const auto& compute = Kept<Compute>(context, "compute");
        const auto saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &low = saved[1], &a = saved[2], &b = saved[3];
        const at::Tensor dy = gradients[0].to(compute.type);
        const at::Tensor db = at::mm(dy.t(), low).to(at::kFloat).mul_(linear.lora_scale);
        const at::Tensor dlow = at::mm(dy, b.to(compute.type)).mul_(linear.lora_scale);
        const at::Tensor da = at::mm(dlow.t(), x).to(at::kFloat);
        at::Tensor dx = at::mm(dy, linear.matrix.Values(compute));
        dx.addmm_(dlow, a.to(compute.type));
        const auto type = static_cast<at::ScalarType>(context->saved_data["type"].toInt());
        return {dx.to(type), da, db, {}, {}};
    }
};

at::Tensor ReadBlocks(const TensorView& view, const Compute& compute) {
    const int64_t rows = view.rows(), columns = view.columns();
    at::Tensor values = at::empty({rows, columns}, at::kFloat);
    float* out = values.data_ptr<float>();
    constexpr int64_t kRowsPerTask = 16;
    const int tasks = static_cast<int>((rows + kRowsPerTask - 1) / kRowsPerTask);
    compute.pool->Run(tasks, [&](int task, int) {
        const int64_t end = std::min(rows, (task + 1) * kRowsPerTask);
        for (int64_t row = task * kRowsPerTask; row < end; ++row) {
            DequantizeRowFast(view, row, out + row * columns);
        }
    });
    return values.to(compute.device, compute.type);
}

}  // namespace

at::Tensor Matrix::Values(const Compute& compute) const {
    if (blocks != nullptr) return ReadBlocks(*blocks, compute);
    return dense.detach().to(compute.type);
}

at::Tensor Apply(const Linear& linear, const at::Tensor& x, const Compute& compute, bool training) {
    if (linear.matrix.trained()) {
        at::Tensor bias = linear.bias;
        if (bias.defined()) bias = bias.to(compute.type);
        return at::linear(x.to(compute.type), linear.matrix.dense.to(compute.type), bias);
    }
    if (!linear.lora_a.defined()) return FrozenProduct::apply(x, &linear, &compute);
    if (!training || compute.dropout == 0) {
        return AdaptedProduct::apply(x, linear.lora_a, linear.lora_b, &linear, &compute);
    }
    const at::Tensor some = at::dropout(x, compute.dropout, true).to(compute.type);
    const at::Tensor low = at::linear(some, linear.lora_a.to(compute.type));
    const at::Tensor change = at::linear(low, linear.lora_b.to(compute.type));
    return FrozenProduct::apply(x, &linear, &compute).add(change, linear.lora_scale);
}

at::Tensor LookUp(const Matrix& matrix, const std::vector<int32_t>& ids, const Compute& compute) {
    const auto count = static_cast<int64_t>(ids.size());
    if (matrix.blocks != nullptr) {
        at::Tensor rows = at::empty({count, matrix.in}, at::kFloat);
        float* out = rows.data_ptr<float>();
        for (int64_t i = 0; i < count; ++i) {
            DequantizeRowFast(*matrix.blocks, ids[static_cast<size_t>(i)], out + i * matrix.in);
        }
        return rows.to(compute.device);
    }
    const at::Tensor index =
        at::tensor(at::ArrayRef<int32_t>(ids), at::kInt).to(compute.device, at::kLong);
    return at::embedding(matrix.dense, index).to(at::kFloat);
}

}  // namespace argosy::train
