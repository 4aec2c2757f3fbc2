// One matrix of the model, y = x W^T + b, in its three ways of being trained. For the sources of
// this folder.
#pragma once

#include <ATen/ATen.h>

#include <memory>

#include "engine/kernels/thread_pool.h"
#include "model/tensor.h"

namespace argosy::train {

/// How a forward pass computes.
struct Compute {
    at::Device device = at::kCPU;
    at::ScalarType type = at::kFloat;  // of matrix products: F32 or BF16
    ThreadPool* pool = nullptr;        // for reading quantised blocks
    double dropout = 0;                // of adapters
};

/// A weight matrix [out][in]: trained, frozen floats, or frozen blocks that are read at each use.
struct Matrix {
    at::Tensor dense;                    // undefined where `blocks` is used; F32 where trained
    const TensorView* blocks = nullptr;  // in the model's file or memory
    int64_t in = 0, out = 0;

    bool trained() const { return dense.defined() && dense.requires_grad(); }
    /// In the type of products, no gradient.
    at::Tensor Values(const Compute& compute) const;
};

struct Linear {
    Matrix matrix;
    at::Tensor bias;            // may be undefined
    at::Tensor lora_a, lora_b;  // [rank][in], [out][rank]; undefined: no adapter
    double lora_scale = 0;

    bool present() const { return matrix.out > 0; }
};

/// x [rows][in] to [rows][out], in the type of products. `training`: with dropout.
at::Tensor Apply(const Linear& linear, const at::Tensor& x, const Compute& compute, bool training);

/// Rows of a matrix as F32 [ids.size()][in]; with a gradient where it is trained.
at::Tensor LookUp(const Matrix& matrix, const std::vector<int32_t>& ids, const Compute& compute);

}  // namespace argosy::train
