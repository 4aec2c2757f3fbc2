// The arithmetic of a transformer over a batch of rows: embedding, layers, final norm. Knows rows
// and positions, not sequences: who attends to what is the caller's.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/kernels/matmul.h"
#include "engine/lora.h"
#include "engine/transformer/weights.h"

namespace argosy {

/// Rows [first, first + count) of the batch run with an adapter.
struct AdapterRows {
    int first = 0, count = 0;
    const LoraAdapter* adapter = nullptr;
};

/// The rows of one pass, all spans of the same length (types may be empty).
struct RowBatch {
    std::span<const TokenId> tokens;
    std::span<const int32_t> positions;
    std::span<const int32_t> types;
    std::span<const AdapterRows> adapters;  // not overlapping
};

/// Not thread-safe; one per thread that computes. Its buffers grow to the largest batch and stay.
class ForwardPass {
  public:
    ForwardPass(const Architecture& architecture, ThreadPool& pool)
        : a_(architecture), pool_(pool) {}

    /// Attention of a layer: reads qkv [rows][qkv_width] (q, k, v behind each other in a row),
    /// writes out [rows][q_width].
    using Attend = std::function<void(int layer, const float* qkv, float* out)>;

    /// Runs all layers. The result is hidden(), before the final norm of decoders.
    void Run(const ModelWeights& weights, const RowBatch& batch, const Attend& attend);
    /// [rows][width].
    const float* hidden() const { return x_; }

    /// out [count][width] = final norm of rows `rows` of hidden().
    void FinalNorm(const ModelWeights& weights, std::span<const int> rows, float* out);
    /// logits [count][out] of normed rows, capped where the model does.
    void Head(const Linear& head, const float* rows, int count, float* logits);

    Workspace& workspace() { return workspace_; }
    /// Bytes of buffers for a batch of `rows`.
    static uint64_t BufferBytes(const Architecture& a, int64_t rows);

  private:
    void Reserve(int rows);
    void Embed(const ModelWeights& weights, const RowBatch& batch);
    void FillRope(const RowBatch& batch);
    void DecoderLayer(const LayerWeights& w, int layer, const RowBatch& batch,
                      const Attend& attend);
    void EncoderLayer(const LayerWeights& w, int layer, const RowBatch& batch,
                      const Attend& attend);
    void AttentionPart(const LayerWeights& w, int layer, const RowBatch& batch, const float* in,
                       const Attend& attend);
    void FeedForward(const LayerWeights& w, int layer, const RowBatch& batch, const float* in);
    void NormAndRotate(const LayerWeights& w, int layer);
    void Activate(bool gated);
    void NormRows(const Norm& norm, const float* in, float* out);
    /// x += norm(h), or x += h where there is no such norm.
    void AddNormed(const Norm& norm);
    void AddBias(const Linear& linear, float* y, int64_t ldy);
    void Adapt(const RowBatch& batch, int layer, Projection projection, const float* x, int64_t ldx,
               float* y, int64_t ldy);
    void NormRow(const Norm& norm, const float* in, int64_t n, float* out) const;
    template <typename Row>
    void ForRows(Row&& row);

    const Architecture& a_;
    ThreadPool& pool_;
    Workspace workspace_;
    std::vector<float> adapter_scratch_;
    AlignedBuffer buffer_;
    int rows_ = 0;
    float* x_ = nullptr;     // [rows][width], the residual stream
    float* h_ = nullptr;     // [rows][width]
    float* qkv_ = nullptr;   // [rows][qkv_width]
    float* att_ = nullptr;   // [rows][q_width]
    float* ffn_ = nullptr;   // [rows][2 * feed_forward]
    float* rope_ = nullptr;  // [2 kinds][rows][cos, sin]
};

}  // namespace argosy
