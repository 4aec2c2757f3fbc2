#include "engine/transformer/weights.h"

#include "model/quantize.h"

namespace argosy {

namespace {

class Loader {
  public:
    Loader(const ModelFile& model, const Architecture& a, ThreadPool& pool)
        : model_(model), a_(a), pool_(pool) {}

    Result<ModelWeights> Load() {
        weights_.embedding = *model_.FindTensor("token_embd.weight");
        for (int i = 0; i < a_.layers; ++i) {
            ARGOSY_CHECK_OK(LoadLayer(i));
            model_.DropPages();  // or the file would be in memory beside our copy of it
        }
        ARGOSY_CHECK_OK(a_.encoder ? LoadEncoderEnds() : LoadDecoderEnds());
        if (model_.FindTensor("cls.output.weight")) {
            const int64_t labels = model_.FindTensor("cls.output.weight")->rows();
            ARGOSY_CHECK_OK(Read("cls", a_.width, a_.width, false, weights_.pooler));
            ARGOSY_CHECK_OK(Read("cls.output", a_.width, labels, true, weights_.classifier));
        }
        return std::move(weights_);
    }

  private:
    Result<void> WrongShape(const std::string& name, int64_t in, int64_t out,
                            const TensorView& view) {
        return At(name, {ErrorCode::kCorrupt,
                         fmt::format("expected {} x {} elements, got {} x {}", out, in, view.rows(),
                                     view.columns()),
                         {}});
    }

    /// `name` without ".weight"; its bias is read where there is one.
    Result<void> Read(const std::string& name, int64_t in, int64_t out, bool required,
                      Linear& linear) {
        const TensorView* view = model_.FindTensor(name + ".weight");
        if (view == nullptr) {
            if (!required) return {};
            return At(name + ".weight", {ErrorCode::kCorrupt, "the tensor is missing", {}});
        }
        if (view->columns() != in || view->rows() != out) {
            return WrongShape(name + ".weight", in, out, *view);
        }
        ARGOSY_TRY(linear.weight, Weight::Make(*view, pool_));
        weights_.bytes += linear.weight.bytes();
        weights_.products += static_cast<uint64_t>(in * out);
        return ReadVector(name + ".bias", out, false, linear.bias);
    }

    Result<void> ReadVector(const std::string& name, int64_t size, bool required,
                            std::vector<float>& out) {
        const TensorView* view = model_.FindTensor(name);
        if (view == nullptr) {
            if (!required) return {};
            return At(name, {ErrorCode::kCorrupt, "the tensor is missing", {}});
        }
        if (view->elements() != size) return WrongShape(name, size, 1, *view);
        out.resize(static_cast<size_t>(size));
        auto done = DequantizeRow(view->type, view->bytes, out);
        if (!done) return At(name, std::move(done.error()));
        return {};
    }

    Result<void> ReadNorm(const std::string& name, int64_t size, bool required, Norm& norm) {
        ARGOSY_CHECK_OK(ReadVector(name + ".weight", size, required, norm.weight));
        return ReadVector(name + ".bias", size, false, norm.bias);
    }

    Result<void> LoadAttention(const std::string& layer, LayerWeights& w) {
        ARGOSY_CHECK_OK(Read(layer + "attn_qkv", a_.width, a_.qkv_width(), false, w.qkv));
        const bool apart = !w.qkv.present();
        ARGOSY_CHECK_OK(Read(layer + "attn_q", a_.width, a_.q_width(), apart, w.q));
        ARGOSY_CHECK_OK(Read(layer + "attn_k", a_.width, a_.kv_width(), apart, w.k));
        ARGOSY_CHECK_OK(Read(layer + "attn_v", a_.width, a_.kv_width(), apart, w.v));
        ARGOSY_CHECK_OK(ReadNorm(layer + "attn_q_norm", a_.head_dim, false, w.q_norm));
        ARGOSY_CHECK_OK(ReadNorm(layer + "attn_k_norm", a_.head_dim, false, w.k_norm));
        return Read(layer + "attn_output", a_.q_width(), a_.width, true, w.output);
    }

    Result<void> LoadFeedForward(const std::string& layer, LayerWeights& w) {
        const TensorView* up = model_.FindTensor(layer + "ffn_up.weight");
        const bool fused = up != nullptr && up->rows() == 2 * int64_t{a_.feed_forward};
        if (fused) {
            ARGOSY_CHECK_OK(
                Read(layer + "ffn_up", a_.width, 2 * int64_t{a_.feed_forward}, true, w.gate_up));
        } else {
            ARGOSY_CHECK_OK(
                Read(layer + "ffn_gate", a_.width, a_.feed_forward, !a_.encoder, w.gate));
            ARGOSY_CHECK_OK(Read(layer + "ffn_up", a_.width, a_.feed_forward, true, w.up));
        }
        return Read(layer + "ffn_down", a_.feed_forward, a_.width, true, w.down);
    }

    Result<void> LoadNorms(const std::string& layer, LayerWeights& w) {
        if (a_.encoder) {
            ARGOSY_CHECK_OK(ReadNorm(layer + "attn_output_norm", a_.width, true, w.attention_norm));
            return ReadNorm(layer + "layer_output_norm", a_.width, true, w.feed_forward_norm);
        }
        ARGOSY_CHECK_OK(ReadNorm(layer + "attn_norm", a_.width, true, w.attention_norm));
        ARGOSY_CHECK_OK(ReadNorm(layer + "ffn_norm", a_.width, true, w.feed_forward_norm));
        ARGOSY_CHECK_OK(
            ReadNorm(layer + "post_attention_norm", a_.width, false, w.attention_post_norm));
        return ReadNorm(layer + "post_ffw_norm", a_.width, false, w.feed_forward_post_norm);
    }

    Result<void> LoadLayer(int index) {
        LayerWeights& w = weights_.layers.emplace_back();
        const std::string layer = fmt::format("blk.{}.", index);
        ARGOSY_CHECK_OK(LoadNorms(layer, w));
        ARGOSY_CHECK_OK(LoadAttention(layer, w));
        return LoadFeedForward(layer, w);
    }

    Result<void> LoadTable(const std::string& name, int64_t least_rows, std::vector<float>& out) {
        const TensorView* view = model_.FindTensor(name);
        if (view == nullptr) {
            return At(name, {ErrorCode::kCorrupt, "the tensor is missing", {}});
        }
        if (view->columns() != a_.width || view->rows() < least_rows) {
            return WrongShape(name, a_.width, least_rows, *view);
        }
        return ReadVector(name, view->elements(), true, out);
    }

    Result<void> LoadEncoderEnds() {
        if (a_.learned_positions) {
            ARGOSY_CHECK_OK(LoadTable("position_embd.weight", a_.context, weights_.positions));
        }
        if (model_.FindTensor("token_types.weight")) {
            ARGOSY_CHECK_OK(LoadTable("token_types.weight", 1, weights_.token_types));
        }
        return ReadNorm("token_embd_norm", a_.width, true, weights_.embedding_norm);
    }

    Result<void> LoadDecoderEnds() {
        ARGOSY_CHECK_OK(ReadNorm("output_norm", a_.width, true, weights_.output_norm));
        if (model_.FindTensor("cls.output.weight")) return {};  // a reranker has no other head
        const bool tied = model_.FindTensor("output.weight") == nullptr;
        return Read(tied ? "token_embd" : "output", a_.width, a_.vocabulary, true, weights_.head);
    }

    const ModelFile& model_;
    const Architecture& a_;
    ThreadPool& pool_;
    ModelWeights weights_;
};

}  // namespace

Result<ModelWeights> LoadWeights(const ModelFile& model, const Architecture& a, ThreadPool& pool) {
    return Loader(model, a, pool).Load();
}

}  // namespace argosy
