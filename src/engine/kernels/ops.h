// The elementwise and row-wise operations between matrix products. All are single-threaded over
// the rows given and never read past them; callers split rows among threads (a row's result does
// not depend on the split). In-place use (y == x) is allowed everywhere.
#pragma once

#include <cstdint>

namespace argosy {

/// y = x / sqrt(mean(x²) + eps) * (weight + weight_offset); weight may be null (all ones).
/// weight_offset is 1 for models that store weight - 1.
void RmsNorm(const float* x, const float* weight, float eps, int64_t n, float* y,
             float weight_offset = 0);
/// y = (x - mean) / sqrt(variance + eps) * weight + bias; weight and bias may be null.
void LayerNorm(const float* x, const float* weight, const float* bias, float eps, int64_t n,
               float* y);

/// Rotates pairs of the first `rotary_dim` elements of each of `heads` heads, `head_dim` apart, in
/// place; cos and sin are [rotary_dim / 2], for this row's position.
/// Interleaved: pairs (2i, 2i + 1) (ggml "norm"). Neox: pairs (i, i + rotary_dim / 2).
void RopeInterleaved(float* x, int heads, int head_dim, int rotary_dim, const float* cos,
                     const float* sin);
void RopeNeox(float* x, int heads, int head_dim, int rotary_dim, const float* cos,
              const float* sin);

/// y = silu(gate) * up.
void SiluMul(const float* gate, const float* up, int64_t n, float* y);
/// y = gelu_tanh(gate) * up.
void GeluTanhMul(const float* gate, const float* up, int64_t n, float* y);
/// y = gelu_tanh(x), the tanh approximation.
void GeluTanh(const float* x, int64_t n, float* y);
/// y = gelu(x), by erf, to 1e-6.
void GeluErf(const float* x, int64_t n, float* y);
/// y = tanh(x).
void Tanh(const float* x, int64_t n, float* y);

/// y = a + b.
void Add(const float* a, const float* b, int64_t n, float* y);
/// y += a * x.
void AddScaled(float a, const float* x, int64_t n, float* y);
/// y = a * x.
void Scale(float a, const float* x, int64_t n, float* y);
/// y = cap * tanh(x / cap).
void SoftCap(float cap, const float* x, int64_t n, float* y);
/// y = exp(x - max(x)) / sum; n >= 1.
void Softmax(const float* x, int64_t n, float* y);
/// The dot product of two rows, lanes summed in a fixed order.
float Dot(const float* a, const float* b, int64_t n);

}  // namespace argosy
