// The parts of a layer that have a shorter way back than the one libtorch would find, each tested
// against libtorch's own. For the sources of this folder.
#pragma once

#include <ATen/ATen.h>

namespace argosy::train {

/// x / rms(x) * weight over the last dimension, in F32.
at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// Rotary embedding of x [rows][heads][head_dim] by cos and sin [rows][1][rotary_dim / 2];
/// `interleaved`: pairs are neighbours, else half a rotary_dim apart.
at::Tensor Rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                  bool interleaved);

/// softmax(softcap(scale q k^T) + mask) v for q [batch][queries][d], k and v [batch][keys][d].
/// `mask` must broadcast to the scores viewed as `view`; `softcap` 0: none.
struct AttentionSettings {
    double scale = 1, softcap = 0;
    std::vector<int64_t> view;
    at::Tensor mask;
};
at::Tensor Attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const AttentionSettings& settings);

/// Rows `index` of x, where each row of x is taken at most once but for those named again in
/// padding: the way back is the gather `inverse` (one entry a row of x).
at::Tensor PadRows(const at::Tensor& x, const at::Tensor& index, const at::Tensor& inverse);
/// Rows `index` of x, each at most once; the other rows have no gradient.
at::Tensor TakeRows(const at::Tensor& x, const at::Tensor& index);

}  // namespace argosy::train
