// Rotary position embedding (arXiv:2104.09864) with the scalings that models use: linear, Llama 3's
// (as divisors), YaRN (arXiv:2309.00071) and LongRoPE (arXiv:2402.13753).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/model_file.h"

namespace argosy {

enum class RopeKind { kNone, kInterleaved, kNeox };

struct RopeFrequencies {
    std::vector<float> inverse;  // radians a token, [rotary_dim / 2]
    float magnitude = 1;         // of cos and sin

    bool empty() const { return inverse.empty(); }
    int rotary_dim() const { return static_cast<int>(inverse.size()) * 2; }
    /// cos and sin [rotary_dim / 2] of an absolute position.
    void Fill(int64_t position, float* cos, float* sin) const;
};

/// Frequencies of `model` as its metadata and factor tensors say. kCorrupt names the key.
Result<RopeFrequencies> ReadRope(const ModelFile& model, const std::string& prefix, int head_dim,
                                 int64_t context);
/// Unscaled ones.
RopeFrequencies PlainRope(int rotary_dim, double base);

}  // namespace argosy
