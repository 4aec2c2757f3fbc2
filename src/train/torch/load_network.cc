// A network from a model's tensors, as engine/transformer/weights.cc has them.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/split_mix.h"
#include "model/quantize.h"
#include "train/module_names.h"
#include "train/random.h"
#include "train/torch/network.h"

namespace argosy::train {

class NetworkLoader {
  public:
    NetworkLoader(const ModelFile& model, const TrainOptions& options)
        : model_(model), options_(options), network_(new Network()) {}

    Result<std::unique_ptr<Network>> Load() {
        ARGOSY_TRY(network_->a_, ReadArchitecture(model_, options_.context));
        ARGOSY_CHECK_OK(CheckMethod());
        ARGOSY_CHECK_OK(SetCompute());
        ARGOSY_CHECK_OK(
            LoadMatrix("token_embd.weight", a_.width, a_.vocabulary, true, network_->embedding_));
        ARGOSY_CHECK_OK(a_.encoder ? LoadEncoderEnds() : LoadDecoderEnds());
        network_->layers_.resize(static_cast<size_t>(a_.layers));
        for (int i = 0; i < a_.layers; ++i) ARGOSY_CHECK_OK(LoadLayer(i));
        if (options_.method != Method::kFull) ARGOSY_CHECK_OK(AddAdapters());
        return std::move(network_);
    }

  private:
    bool full() const { return options_.method == Method::kFull; }

    Result<void> CheckMethod() const {
        if (model_.FindTensor("cls.output.weight") != nullptr) {
            return Err(ErrorCode::kUnsupported, "rerankers cannot be trained");
        }
        if (a_.encoder && !full()) {
            return Err(ErrorCode::kUnsupported,
                       "architecture {} takes no adapters; use full training", a_.name);
        }
        return {};
    }

    Result<void> SetCompute() {
        Compute& compute = network_->compute_;
        if (options_.device == "cuda" && !at::hasCUDA()) {
            return Err(ErrorCode::kUnsupported, "this build of libtorch has no CUDA");
        }
        compute.device = options_.device == "cuda" ? at::kCUDA : at::kCPU;
        compute.type = options_.bf16 ? at::kBFloat16 : at::kFloat;
        network_->pool_ = std::make_unique<ThreadPool>(options_.threads);
        compute.pool = network_->pool_.get();
        compute.dropout = full() ? 0 : options_.lora.dropout;
        return {};
    }

    std::unexpected<Error> Wrong(const std::string& name, int64_t in, int64_t out,
                                 const TensorView* view) const {
        if (view == nullptr) return At(name, {ErrorCode::kCorrupt, "the tensor is missing", {}});
        return At(name, {ErrorCode::kCorrupt,
                         fmt::format("expected {} x {} elements, got {} x {}", out, in,
                                     view->rows(), view->columns()),
                         {}});
    }

    Result<at::Tensor> Floats(const TensorView& view) const {
        at::Tensor values = view.rows() > 1 ? at::empty({view.rows(), view.columns()}, at::kFloat)
                                            : at::empty({view.columns()}, at::kFloat);
        const std::span<float> out(values.data_ptr<float>(), static_cast<size_t>(values.numel()));
        const auto bytes = std::as_writable_bytes(out);
        auto done = RequantizeRows(view.type, view.bytes, DType::kF32, bytes,
                                   static_cast<size_t>(view.columns()), options_.threads);
        if (!done) return At(view.name, std::move(done.error()));
        return values.to(network_->compute_.device);
    }

    void AddParameter(const std::string& name, const at::Tensor& value, bool decays) {
        value.set_requires_grad(true);
        network_->parameters_.push_back({name, value, decays});
    }

    Result<void> LoadMatrix(const std::string& name, int64_t in, int64_t out, bool required,
                            Matrix& matrix) {
        const TensorView* view = model_.FindTensor(name);
        if (view == nullptr && !required) return {};
        if (view == nullptr || view->columns() != in || view->rows() != out) {
            return Wrong(name, in, out, view);
        }
        matrix.in = in;
        matrix.out = out;
        if (options_.method == Method::kQlora) {
            matrix.blocks = view;
            return {};
        }
        ARGOSY_TRY(matrix.dense, Floats(*view));
        matrix.dense = matrix.dense.reshape({out, in});
        if (full())
            AddParameter(name, matrix.dense, true);
        else
            matrix.dense = matrix.dense.to(network_->compute_.type);
        return {};
    }

    Result<void> LoadVector(const std::string& name, int64_t size, bool required,
                            at::Tensor& vector) {
        const TensorView* view = model_.FindTensor(name);
        if (view == nullptr && !required) return {};
        if (view == nullptr || view->elements() != size) return Wrong(name, size, 1, view);
        ARGOSY_TRY(vector, Floats(*view));
        vector = vector.reshape({size});
        if (full()) AddParameter(name, vector, false);
        return {};
    }

    Result<void> LoadLinear(const std::string& name, int64_t in, int64_t out, bool required,
                            Linear& linear) {
        ARGOSY_CHECK_OK(LoadMatrix(name + ".weight", in, out, required, linear.matrix));
        return LoadVector(name + ".bias", out, false, linear.bias);
    }

    Result<void> LoadNorm(const std::string& name, int64_t size, bool required, Norm& norm) {
        ARGOSY_CHECK_OK(LoadVector(name + ".weight", size, required, norm.weight));
        return LoadVector(name + ".bias", size, false, norm.bias);
    }

    Result<void> LoadTable(const std::string& name, at::Tensor& table) {
        const TensorView* view = model_.FindTensor(name);
        if (view == nullptr || view->columns() != a_.width) return Wrong(name, a_.width, 1, view);
        ARGOSY_TRY(table, Floats(*view));
        table = table.reshape({view->rows(), a_.width});
        AddParameter(name, table, true);
        return {};
    }

    Result<void> LoadEncoderEnds() {
        if (a_.learned_positions) {
            ARGOSY_CHECK_OK(LoadTable("position_embd.weight", network_->positions_));
        }
        if (model_.FindTensor("token_types.weight") != nullptr) {
            ARGOSY_CHECK_OK(LoadTable("token_types.weight", network_->token_types_));
        }
        return LoadNorm("token_embd_norm", a_.width, true, network_->embedding_norm_);
    }

    Result<void> LoadDecoderEnds() {
        ARGOSY_CHECK_OK(LoadNorm("output_norm", a_.width, true, network_->output_norm_));
        return LoadLinear("output", a_.width, a_.vocabulary, false, network_->head_);
    }

    Result<void> LoadNorms(const std::string& layer, Layer& l) {
        const bool encoder = a_.encoder;
        ARGOSY_CHECK_OK(LoadNorm(layer + (encoder ? "attn_output_norm" : "attn_norm"), a_.width,
                                 true, l.attention_norm));
        ARGOSY_CHECK_OK(LoadNorm(layer + (encoder ? "layer_output_norm" : "ffn_norm"), a_.width,
                                 true, l.feed_forward_norm));
        if (encoder) return {};
        ARGOSY_CHECK_OK(
            LoadNorm(layer + "post_attention_norm", a_.width, false, l.attention_post_norm));
        return LoadNorm(layer + "post_ffw_norm", a_.width, false, l.feed_forward_post_norm);
    }

    Result<void> LoadAttention(const std::string& layer, Layer& l) {
        ARGOSY_CHECK_OK(LoadLinear(layer + "attn_qkv", a_.width, a_.qkv_width(), false, l.qkv));
        const bool apart = !l.qkv.present();
        ARGOSY_CHECK_OK(LoadLinear(layer + "attn_q", a_.width, a_.q_width(), apart, l.q));
        ARGOSY_CHECK_OK(LoadLinear(layer + "attn_k", a_.width, a_.kv_width(), apart, l.k));
        ARGOSY_CHECK_OK(LoadLinear(layer + "attn_v", a_.width, a_.kv_width(), apart, l.v));
        ARGOSY_CHECK_OK(LoadNorm(layer + "attn_q_norm", a_.head_dim, false, l.q_norm));
        ARGOSY_CHECK_OK(LoadNorm(layer + "attn_k_norm", a_.head_dim, false, l.k_norm));
        return LoadLinear(layer + "attn_output", a_.q_width(), a_.width, true, l.output);
    }

    Result<void> LoadFeedForward(const std::string& layer, Layer& l) {
        const TensorView* up = model_.FindTensor(layer + "ffn_up.weight");
        const int64_t inner = a_.feed_forward;
        if (up != nullptr && up->rows() == 2 * inner) {
            ARGOSY_CHECK_OK(LoadLinear(layer + "ffn_up", a_.width, 2 * inner, true, l.gate_up));
        } else {
            ARGOSY_CHECK_OK(LoadLinear(layer + "ffn_gate", a_.width, inner, !a_.encoder, l.gate));
            ARGOSY_CHECK_OK(LoadLinear(layer + "ffn_up", a_.width, inner, true, l.up));
        }
        return LoadLinear(layer + "ffn_down", inner, a_.width, true, l.down);
    }

    Result<void> LoadLayer(int index) {
        Layer& layer = network_->layers_[static_cast<size_t>(index)];
        const std::string name = fmt::format("blk.{}.", index);
        ARGOSY_CHECK_OK(LoadNorms(name, layer));
        ARGOSY_CHECK_OK(LoadAttention(name, layer));
        return LoadFeedForward(name, layer);
    }

    static Linear& Find(Layer& l, std::string_view peft) {
        const std::pair<std::string_view, Linear*> places[] = {
            {"qkv_proj", &l.qkv},   {"q_proj", &l.q},      {"k_proj", &l.k},
            {"v_proj", &l.v},       {"o_proj", &l.output}, {"gate_up_proj", &l.gate_up},
            {"gate_proj", &l.gate}, {"up_proj", &l.up},    {"down_proj", &l.down}};
        return *std::ranges::find(places, peft, &std::pair<std::string_view, Linear*>::first)
                    ->second;
    }

    Result<void> CheckTargets() {
        std::vector<std::string> known;
        for (const ModuleName& module : DecoderModules()) {
            if (Find(network_->layers_[0], module.peft).present()) {
                known.emplace_back(module.peft);
            }
        }
        for (const std::string& target : options_.lora.targets) {
            if (std::ranges::find(known, target) != known.end()) continue;
            return Err(ErrorCode::kUnsupported, "the model has no projection \"{}\"; it has {}",
                       target, fmt::join(known, ", "));
        }
        return {};
    }

    bool IsTarget(std::string_view peft) const {
        const auto& targets = options_.lora.targets;
        return targets.empty() || std::ranges::find(targets, peft) != targets.end();
    }

    Result<void> AddAdapters() {
        ARGOSY_CHECK_OK(CheckTargets());
        for (int i = 0; i < a_.layers; ++i) {
            for (const ModuleName& module : DecoderModules()) {
                Linear& linear = Find(network_->layers_[static_cast<size_t>(i)], module.peft);
                if (linear.present() && IsTarget(module.peft)) AddAdapter(i, module, linear);
            }
        }
        return {};
    }

    void AddAdapter(int layer, const ModuleName& module, Linear& linear) {
        AdapterMatrices names;
        names.gguf_name = fmt::format("blk.{}.{}.weight", layer, module.gguf);
        names.peft_path = PeftModulePath(layer, module);
        names.in = linear.matrix.in;
        names.out = linear.matrix.out;
        if (a_.rope == RopeKind::kInterleaved && module.gguf == "attn_q") {
            names.interleaved_heads = a_.heads;
        }
        if (a_.rope == RopeKind::kInterleaved && module.gguf == "attn_k") {
            names.interleaved_heads = a_.kv_heads;
        }
        const int64_t rank = options_.lora.rank;
        const at::Device device = network_->compute_.device;
        linear.lora_a = UniformA(names.gguf_name, rank, names.in).to(device);
        linear.lora_b = at::zeros({names.out, rank}, at::kFloat).to(device);
        linear.lora_scale = options_.lora.alpha / static_cast<double>(rank);
        AddParameter(names.gguf_name + ".lora_a", linear.lora_a, true);
        AddParameter(names.gguf_name + ".lora_b", linear.lora_b, true);
        network_->adapted_.push_back({std::move(names), &linear});
    }

    /// PEFT's kaiming_uniform_(a=sqrt(5)): within 1 / sqrt(in).
    at::Tensor UniformA(const std::string& name, int64_t rank, int64_t in) const {
        at::Tensor a = at::empty({rank, in}, at::kFloat);
        uint64_t state = MixSeed(options_.seed, HashBytes(name));
        const double bound = 1 / std::sqrt(static_cast<double>(in));
        const std::span<float> values(a.data_ptr<float>(), static_cast<size_t>(rank * in));
        for (float& value : values) {
            const double unit = static_cast<double>(SplitMix64(state) >> 11) * 0x1p-53;
            value = static_cast<float>((2 * unit - 1) * bound);
        }
        return a;
    }

    const ModelFile& model_;
    const TrainOptions& options_;
    std::unique_ptr<Network> network_;
    Architecture& a_ = network_->a_;
};

Result<std::unique_ptr<Network>> Network::Load(const ModelFile& base, const TrainOptions& options) {
    return NetworkLoader(base, options).Load();
}

}  // namespace argosy::train
