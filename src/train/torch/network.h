// The model as a differentiable function of its rows: the engine's forward pass
// (engine/transformer/forward_pass.cc), part for part. For the sources of this folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/model_file.h"
#include "train/adapter_files.h"
#include "train/options.h"
#include "train/torch/batch.h"
#include "train/torch/linear.h"

namespace argosy::train {

struct Norm {
    at::Tensor weight, bias;  // undefined: there is none
    bool present() const { return weight.defined(); }
};

struct Layer {
    Linear qkv, q, k, v, output;     // qkv, or q, k and v
    Linear gate_up, gate, up, down;  // gate_up, or gate (may be absent) and up
    Norm attention_norm, feed_forward_norm, attention_post_norm, feed_forward_post_norm;
    Norm q_norm, k_norm;
};

/// What is trained, by the name of its tensor in GGUF (an adapter's has ".lora_a" or ".lora_b").
struct Parameter {
    std::string name;
    at::Tensor value;  // F32
    bool decays = false;
};

/// Where an adapter's matrices are.
struct AdaptedLinear {
    AdapterMatrices names;  // no values
    Linear* linear = nullptr;
};

class Network {
  public:
    /// `base` must outlive the network. Errors as Trainer::Create.
    static Result<std::unique_ptr<Network>> Load(const ModelFile& base,
                                                 const TrainOptions& options);

    /// Rows after the final norm, [rows][width], F32. `seed`: of dropout. The batch must live until
    /// the way back is done. Layers are recomputed there if `recompute`.
    at::Tensor Forward(const Batch& batch, bool training, uint64_t seed, bool recompute) const;
    /// Logits of rows, F32, no gradient.
    at::Tensor Logits(const at::Tensor& rows) const;

    const Architecture& architecture() const { return a_; }
    const Compute& compute() const { return compute_; }
    const Matrix& head() const { return head_.present() ? head_.matrix : embedding_; }
    bool has_head() const { return !a_.encoder; }
    std::vector<Parameter>& parameters() { return parameters_; }
    const std::vector<Parameter>& parameters() const { return parameters_; }
    std::vector<AdaptedLinear>& adapted() { return adapted_; }
    const std::vector<AdaptedLinear>& adapted() const { return adapted_; }

  private:
    friend class NetworkLoader;
    friend struct RecomputedLayer;
    Network() = default;

    at::Tensor Embed(const Batch& batch) const;
    at::Tensor RunLayer(size_t index, const at::Tensor& x, const Batch& batch, bool training) const;
    at::Tensor RunSeeded(size_t index, const at::Tensor& x, const Batch& batch, bool training,
                         uint64_t seed) const;
    at::Tensor AttentionPart(const Layer& layer, size_t index, const at::Tensor& x,
                             const Batch& batch, bool training) const;
    at::Tensor Attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, size_t index,
                      const Batch& batch) const;
    at::Tensor AttendGroup(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           int window, const GroupTensors& group) const;
    at::Tensor FeedForward(const Layer& layer, const at::Tensor& x, bool training) const;
    at::Tensor Normed(const Norm& norm, const at::Tensor& x) const;
    at::Tensor Heads(const at::Tensor& x, int64_t count, const Norm& norm, size_t index,
                     const Batch& batch) const;

    Architecture a_;
    Compute compute_;
    std::unique_ptr<ThreadPool> pool_;
    Matrix embedding_;
    at::Tensor positions_, token_types_;
    Norm embedding_norm_, output_norm_;
    std::vector<Layer> layers_;
    Linear head_;  // absent: the embedding is the head too
    std::vector<Parameter> parameters_;
    std::vector<AdaptedLinear> adapted_;
};

}  // namespace argosy::train
