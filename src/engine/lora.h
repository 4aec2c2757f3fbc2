// A LoRA adapter (arXiv:2106.09685): for each projection it changes, y += scale * B (A x).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/kernels/matmul.h"

namespace argosy {

class ModelFile;
struct Architecture;

/// The matrices of a layer that an adapter can change.
enum class Projection { kQkv, kQ, kK, kV, kOutput, kGateUp, kGate, kUp, kDown };
inline constexpr size_t kProjections = 9;

/// Immutable, thread-safe.
class LoraAdapter {
  public:
    /// A PEFT directory (adapter_config.json, adapter_model.safetensors) or a GGUF file. `base` is
    /// the model it was made for. Errors: kNotFound, kCorrupt (the tensor and both shapes),
    /// kUnsupported (DoRA, or tensors that have no place here).
    static Result<std::shared_ptr<const LoraAdapter>> Load(const std::filesystem::path& path,
                                                           const ModelFile& base,
                                                           const Architecture& architecture);

    /// The largest rank of its projections.
    int rank() const { return rank_; }
    /// y [m][out] (rows `ldy` apart) += the change for x [m][in] (rows `ldx` apart). Nothing where
    /// the adapter leaves the projection alone. A row's result does not depend on m.
    void Apply(size_t layer, Projection projection, ThreadPool& pool, const float* x, int64_t ldx,
               int m, float* y, int64_t ldy, Workspace& workspace,
               std::vector<float>& scratch) const;

  private:
    struct Delta {
        std::vector<float> a_data, b_data;
        Weight a, b;  // {in, rank} and {rank, out}
        float scale = 1;
        bool present() const { return a.out() > 0 && b.out() > 0; }
    };
    friend class LoraLoader;

    std::vector<std::array<Delta, kProjections>> layers_;
    int rank_ = 0;
};

}  // namespace argosy
