#include "engine/transformer/forward_pass.h"

#include <algorithm>

#include "engine/kernels/ops.h"

namespace argosy {

namespace {

constexpr int kRowsPerTask = 4;

size_t RowFloats(const Architecture& a) {
    return 2 * static_cast<size_t>(a.width) + static_cast<size_t>(a.qkv_width()) +
           static_cast<size_t>(a.q_width()) + 2 * static_cast<size_t>(a.feed_forward) +
           2 * static_cast<size_t>(a.head_dim);
}

}  // namespace

// A row's work is the same whichever thread takes it; few rows stay on this thread.
template <typename Row>
void ForwardPass::ForRows(Row&& row) {
    pool_.Run((rows_ + kRowsPerTask - 1) / kRowsPerTask, [&](int task, int) {
        const int end = std::min(rows_, (task + 1) * kRowsPerTask);
        for (int i = task * kRowsPerTask; i < end; ++i) row(i);
    });
}

uint64_t ForwardPass::BufferBytes(const Architecture& a, int64_t rows) {
    const int64_t in = std::max({a.width, a.q_width(), a.feed_forward});
    const auto quantized = static_cast<uint64_t>(in + in / 32 * 12);  // of MatMul's workspace
    return static_cast<uint64_t>(rows) * (RowFloats(a) * sizeof(float) + quantized * 5 / 4);
}

void ForwardPass::Reserve(int rows) {
    rows_ = rows;
    const auto n = static_cast<size_t>(rows);
    const size_t bytes = n * RowFloats(a_) * sizeof(float);
    if (buffer_.bytes() < bytes) buffer_ = AlignedBuffer(bytes);
    float* at = buffer_.as<float>();
    const auto take = [&](int64_t width) {
        float* mine = at;
        at += n * static_cast<size_t>(width);
        return mine;
    };
    x_ = take(a_.width);
    h_ = take(a_.width);
    qkv_ = take(a_.qkv_width());
    att_ = take(a_.q_width());
    ffn_ = take(2 * int64_t{a_.feed_forward});
    rope_ = take(2 * int64_t{a_.head_dim});
}

void ForwardPass::NormRow(const Norm& norm, const float* in, int64_t n, float* out) const {
    if (a_.norm == NormKind::kRms) return RmsNorm(in, norm.weight.data(), a_.norm_eps, n, out);
    LayerNorm(in, norm.weight.data(), norm.bias.empty() ? nullptr : norm.bias.data(), a_.norm_eps,
              n, out);
}

void ForwardPass::NormRows(const Norm& norm, const float* in, float* out) {
    const int64_t width = a_.width;
    ForRows([&](int i) { NormRow(norm, in + i * width, width, out + i * width); });
}

void ForwardPass::AddNormed(const Norm& norm) {
    const int64_t width = a_.width;
    ForRows([&](int i) {
        float* h = h_ + i * width;
        if (norm.present()) NormRow(norm, h, width, h);
        Add(x_ + i * width, h, width, x_ + i * width);
    });
}

void ForwardPass::AddBias(const Linear& linear, float* y, int64_t ldy) {
    if (linear.bias.empty()) return;
    const auto n = static_cast<int64_t>(linear.bias.size());
    ForRows([&](int i) { Add(y + i * ldy, linear.bias.data(), n, y + i * ldy); });
}

void ForwardPass::Adapt(const RowBatch& batch, int layer, Projection projection, const float* x,
                        int64_t ldx, float* y, int64_t ldy) {
    for (const AdapterRows& rows : batch.adapters) {
        rows.adapter->Apply(static_cast<size_t>(layer), projection, pool_, x + rows.first * ldx,
                            ldx, rows.count, y + rows.first * ldy, ldy, workspace_,
                            adapter_scratch_);
    }
}

void ForwardPass::Embed(const ModelWeights& weights, const RowBatch& batch) {
    const int64_t width = a_.width;
    ForRows([&](int i) {
        float* x = x_ + i * width;
        DequantizeRowFast(weights.embedding, batch.tokens[i], x);
        if (a_.embedding_scale != 1) Scale(a_.embedding_scale, x, width, x);
        if (!weights.token_types.empty()) {
            const int64_t types = std::ssize(weights.token_types) / width;
            const int64_t type = batch.types.empty() ? 0 : batch.types[i];
            Add(x, weights.token_types.data() + std::clamp<int64_t>(type, 0, types - 1) * width,
                width, x);
        }
        if (a_.learned_positions) {
            Add(x, weights.positions.data() + batch.positions[i] * width, width, x);
        }
        if (weights.embedding_norm.present()) NormRow(weights.embedding_norm, x, width, x);
    });
}

void ForwardPass::FillRope(const RowBatch& batch) {
    if (a_.rope == RopeKind::kNone) return;
    const auto fill = [&](const RopeFrequencies& frequencies, float* table) {
        if (frequencies.empty()) return;
        const int64_t half = frequencies.rotary_dim() / 2;
        ForRows([&](int i) {
            float* row = table + i * a_.head_dim;
            frequencies.Fill(batch.positions[i], row, row + half);
        });
    };
    fill(a_.global_rope, rope_);
    fill(a_.local_rope, rope_ + int64_t{rows_} * a_.head_dim);
}

void ForwardPass::NormAndRotate(const LayerWeights& w, int layer) {
    const bool local = a_.windows[static_cast<size_t>(layer)] > 0 && !a_.local_rope.empty();
    const RopeFrequencies& frequencies = local ? a_.local_rope : a_.global_rope;
    const float* table = rope_ + (local ? int64_t{rows_} * a_.head_dim : 0);
    const int dims = frequencies.rotary_dim();
    if (a_.rope == RopeKind::kNone && !w.q_norm.present()) return;
    ForRows([&](int i) {
        float* q = qkv_ + int64_t{i} * a_.qkv_width();
        float* k = q + a_.q_width();
        const auto norm_heads = [&](const Norm& norm, float* heads, int count) {
            if (!norm.present()) return;
            for (int head = 0; head < count; ++head) {
                float* at = heads + int64_t{head} * a_.head_dim;
                NormRow(norm, at, a_.head_dim, at);
            }
        };
        norm_heads(w.q_norm, q, a_.heads);
        norm_heads(w.k_norm, k, a_.kv_heads);
        if (a_.rope == RopeKind::kNone) return;
        const auto rotate = a_.rope == RopeKind::kNeox ? RopeNeox : RopeInterleaved;
        const float* cos = table + int64_t{i} * a_.head_dim;
        rotate(q, a_.heads, a_.head_dim, dims, cos, cos + dims / 2);
        rotate(k, a_.kv_heads, a_.head_dim, dims, cos, cos + dims / 2);
    });
}

void ForwardPass::AttentionPart(const LayerWeights& w, int layer, const RowBatch& batch,
                                const float* in, const Attend& attend) {
    const int64_t ld = a_.qkv_width(), width = a_.width;
    float* k = qkv_ + a_.q_width();
    float* v = k + a_.kv_width();
    if (w.qkv.present()) {
        const MatMulJob job{&w.qkv.weight, qkv_, ld};
        MatMul(pool_, {&job, 1}, in, rows_, width, workspace_);
        AddBias(w.qkv, qkv_, ld);
        Adapt(batch, layer, Projection::kQkv, in, width, qkv_, ld);
    } else {
        const MatMulJob jobs[] = {
            {&w.q.weight, qkv_, ld}, {&w.k.weight, k, ld}, {&w.v.weight, v, ld}};
        MatMul(pool_, jobs, in, rows_, width, workspace_);
        AddBias(w.q, qkv_, ld);
        AddBias(w.k, k, ld);
        AddBias(w.v, v, ld);
        Adapt(batch, layer, Projection::kQ, in, width, qkv_, ld);
        Adapt(batch, layer, Projection::kK, in, width, k, ld);
        Adapt(batch, layer, Projection::kV, in, width, v, ld);
    }
    NormAndRotate(w, layer);
    attend(layer, qkv_, att_);
    const MatMulJob job{&w.output.weight, h_, width};
    MatMul(pool_, {&job, 1}, att_, rows_, a_.q_width(), workspace_);
    AddBias(w.output, h_, width);
    Adapt(batch, layer, Projection::kOutput, att_, a_.q_width(), h_, width);
}

void ForwardPass::Activate(bool gated) {
    const int64_t n = a_.feed_forward, ld = 2 * n;
    ForRows([&](int i) {
        float* gate = ffn_ + i * ld;
        const float* up = gate + n;
        if (!gated) {
            return a_.activation == Activation::kGeluErf ? GeluErf(up, n, gate)
                                                         : GeluTanh(up, n, gate);
        }
        a_.activation == Activation::kSilu ? SiluMul(gate, up, n, gate)
                                           : GeluTanhMul(gate, up, n, gate);
    });
}

// The gate is in the first half of a row of ffn_, the rest in the second; the product takes the
// gate's place.
void ForwardPass::FeedForward(const LayerWeights& w, int layer, const RowBatch& batch,
                              const float* in) {
    const int64_t width = a_.width, n = a_.feed_forward, ld = 2 * n;
    float* up = ffn_ + n;
    if (w.gate_up.present()) {
        const MatMulJob job{&w.gate_up.weight, ffn_, ld};
        MatMul(pool_, {&job, 1}, in, rows_, width, workspace_);
        AddBias(w.gate_up, ffn_, ld);
        Adapt(batch, layer, Projection::kGateUp, in, width, ffn_, ld);
    } else {
        const MatMulJob jobs[] = {{&w.up.weight, up, ld}, {&w.gate.weight, ffn_, ld}};
        MatMul(pool_, std::span(jobs).first(w.gate.present() ? 2 : 1), in, rows_, width,
               workspace_);
        AddBias(w.up, up, ld);
        AddBias(w.gate, ffn_, ld);
        Adapt(batch, layer, Projection::kUp, in, width, up, ld);
        Adapt(batch, layer, Projection::kGate, in, width, ffn_, ld);
    }
    Activate(w.gate_up.present() || w.gate.present());
    const MatMulJob job{&w.down.weight, h_, width};
    MatMul(pool_, {&job, 1}, ffn_, rows_, ld, workspace_);
    AddBias(w.down, h_, width);
    Adapt(batch, layer, Projection::kDown, ffn_, ld, h_, width);
}

void ForwardPass::DecoderLayer(const LayerWeights& w, int layer, const RowBatch& batch,
                               const Attend& attend) {
    NormRows(w.attention_norm, x_, h_);
    AttentionPart(w, layer, batch, h_, attend);
    AddNormed(w.attention_post_norm);
    NormRows(w.feed_forward_norm, x_, h_);
    FeedForward(w, layer, batch, h_);
    AddNormed(w.feed_forward_post_norm);
}

void ForwardPass::EncoderLayer(const LayerWeights& w, int layer, const RowBatch& batch,
                               const Attend& attend) {
    AttentionPart(w, layer, batch, x_, attend);
    AddNormed({});
    NormRows(w.attention_norm, x_, x_);
    FeedForward(w, layer, batch, x_);
    AddNormed({});
    NormRows(w.feed_forward_norm, x_, x_);
}

void ForwardPass::Run(const ModelWeights& weights, const RowBatch& batch, const Attend& attend) {
    Reserve(static_cast<int>(batch.tokens.size()));
    Embed(weights, batch);
    FillRope(batch);
    for (int layer = 0; layer < a_.layers; ++layer) {
        const LayerWeights& w = weights.layers[static_cast<size_t>(layer)];
        a_.encoder ? EncoderLayer(w, layer, batch, attend) : DecoderLayer(w, layer, batch, attend);
    }
}

void ForwardPass::FinalNorm(const ModelWeights& weights, std::span<const int> rows, float* out) {
    const int64_t width = a_.width;
    for (size_t i = 0; i < rows.size(); ++i) {
        const float* row = x_ + rows[i] * width;
        float* to = out + static_cast<int64_t>(i) * width;
        if (weights.output_norm.present()) {
            NormRow(weights.output_norm, row, width, to);
        } else {
            std::copy_n(row, width, to);
        }
    }
}

void ForwardPass::Head(const Linear& head, const float* rows, int count, float* logits) {
    const int64_t out = head.weight.out();
    const MatMulJob job{&head.weight, logits, out};
    MatMul(pool_, {&job, 1}, rows, count, a_.width, workspace_);
    for (int i = 0; i < count; ++i) {
        float* row = logits + i * out;
        if (!head.bias.empty()) Add(row, head.bias.data(), out, row);
        if (a_.logit_softcap > 0) SoftCap(a_.logit_softcap, row, out, row);
    }
}

}  // namespace argosy
