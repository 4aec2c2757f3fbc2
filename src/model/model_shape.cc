#include "model/model_shape.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

namespace argosy {

namespace {

bool IsBert(const std::string& architecture) {
    return architecture.find("bert") != std::string::npos;
}
bool IsGemma(const std::string& architecture) { return architecture.starts_with("gemma"); }

Result<ModelShape> FindPreset(const std::string& name) {
    // layers, width, heads, kv_heads, head_size, feed_forward, vocabulary, context
    if (name == "tiny") return ModelShape{"", 2, 64, 4, 2, 16, 128, 640, 2048};
    if (name == "0.6b") return ModelShape{"", 28, 1024, 16, 8, 128, 3072, 151936, 40960};
    if (name == "1.7b") return ModelShape{"", 28, 2048, 16, 8, 128, 6144, 151936, 40960};
    return Err(ErrorCode::kInvalidArgument, "unknown preset \"{}\"; known are tiny, 0.6b, 1.7b",
               name);
}

struct Limit {
    const char* name;
    int64_t value, least, most;
};

Result<void> CheckShape(const ModelShape& s) {
    for (const Limit& limit : {Limit{"layers", s.layers, 1, 1000},
                               {"width", s.width, 8, 1 << 16},
                               {"heads", s.heads, 1, 1024},
                               {"kv_heads", s.kv_heads, 1, s.heads},
                               {"head_size", s.head_size, 2, 1024},
                               {"feed_forward", s.feed_forward, 8, 1 << 20},
                               {"vocabulary", s.vocabulary, 300, 1 << 20},
                               {"context", s.context, 1, 1 << 24}}) {
        if (limit.value < limit.least || limit.value > limit.most) {
            return Err(ErrorCode::kInvalidArgument, "{} is {}, not within {} to {}", limit.name,
                       limit.value, limit.least, limit.most);
        }
    }
    if (s.heads % s.kv_heads != 0 || s.head_size % 2 != 0) {
        return Err(ErrorCode::kInvalidArgument,
                   "heads ({}) must be a multiple of kv_heads ({}), head_size ({}) even", s.heads,
                   s.kv_heads, s.head_size);
    }
    if (IsBert(s.architecture) && (s.heads * s.head_size != s.width || s.kv_heads != s.heads)) {
        return Err(ErrorCode::kInvalidArgument,
                   "{} needs heads * head_size = width and kv_heads = heads", s.architecture);
    }
    return {};
}

void OverrideWith(const MakeModelOptions& options, ModelShape& shape) {
    for (auto [given, field] : std::initializer_list<std::pair<int64_t, int64_t*>>{
             {options.layers, &shape.layers},
             {options.width, &shape.width},
             {options.heads, &shape.heads},
             {options.kv_heads, &shape.kv_heads},
             {options.head_size, &shape.head_size},
             {options.feed_forward, &shape.feed_forward},
             {options.vocabulary, &shape.vocabulary},
             {options.context, &shape.context}}) {
        if (given != 0) *field = given;
    }
}

/// Collects tensors with the usual spread for their place.
class TensorList {
  public:
    /// A weight from `in` to `out` features: outputs keep about the size of the inputs.
    void Weight(const std::string& name, int64_t in, int64_t out, float gain = 1.0f) {
        Add(name + ".weight", in, out, 0, gain / std::sqrt(static_cast<float>(in)));
    }
    void Norm(const std::string& name, int64_t size, bool bias = false) {
        Add(name + ".weight", size, 1, 1.0f, 0.05f);
        if (bias) Bias(name, size);
    }
    void Bias(const std::string& name, int64_t size) { Add(name + ".bias", size, 1, 0, 0.02f); }
    void Add(std::string name, int64_t in, int64_t out, float mean, float deviation) {
        RandomTensor tensor;
        tensor.view.name = std::move(name);
        tensor.view.shape = {in, out, 1, 1};
        tensor.mean = mean;
        tensor.deviation = deviation;
        tensors_.push_back(std::move(tensor));
    }
    std::vector<RandomTensor> Take() { return std::move(tensors_); }

  private:
    std::vector<RandomTensor> tensors_;
};

void AddDecoderLayer(const ModelShape& s, const std::string& layer, TensorList& list) {
    const int64_t q = s.heads * s.head_size, kv = s.kv_heads * s.head_size;
    list.Norm(layer + "attn_norm", s.width);
    if (s.architecture == "phi3") {
        list.Weight(layer + "attn_qkv", s.width, q + 2 * kv);
    } else {
        list.Weight(layer + "attn_q", s.width, q);
        list.Weight(layer + "attn_k", s.width, kv);
        list.Weight(layer + "attn_v", s.width, kv);
    }
    if (s.architecture == "qwen2") {
        list.Bias(layer + "attn_q", q);
        list.Bias(layer + "attn_k", kv);
        list.Bias(layer + "attn_v", kv);
    }
    if (s.architecture == "qwen3" || s.architecture == "gemma3") {
        list.Norm(layer + "attn_q_norm", s.head_size);
        list.Norm(layer + "attn_k_norm", s.head_size);
    }
    list.Weight(layer + "attn_output", q, s.width, 0.5f);
    if (IsGemma(s.architecture)) list.Norm(layer + "post_attention_norm", s.width);
    list.Norm(layer + "ffn_norm", s.width);
    if (s.architecture == "phi3") {
        list.Weight(layer + "ffn_up", s.width, 2 * s.feed_forward);
    } else {
        list.Weight(layer + "ffn_gate", s.width, s.feed_forward);
        list.Weight(layer + "ffn_up", s.width, s.feed_forward);
    }
    list.Weight(layer + "ffn_down", s.feed_forward, s.width);
    if (IsGemma(s.architecture)) list.Norm(layer + "post_ffw_norm", s.width);
}

void AddEncoderLayer(const ModelShape& s, const std::string& layer, TensorList& list) {
    const bool bert = s.architecture == "bert";
    const auto linear = [&](const char* name, int64_t in, int64_t out) {
        list.Weight(layer + name, in, out);
        if (bert) list.Bias(layer + name, out);
    };
    if (bert) {
        for (const char* name : {"attn_q", "attn_k", "attn_v"}) linear(name, s.width, s.width);
    } else {
        linear("attn_qkv", s.width, 3 * s.width);
    }
    linear("attn_output", s.width, s.width);
    list.Norm(layer + "attn_output_norm", s.width, true);
    linear("ffn_up", s.width, s.feed_forward);
    if (!bert) linear("ffn_gate", s.width, s.feed_forward);
    linear("ffn_down", s.feed_forward, s.width);
    list.Norm(layer + "layer_output_norm", s.width, true);
}

void AddEncoderKeys(const ModelShape& s, Metadata& metadata) {
    const std::string prefix = s.architecture + ".";
    metadata[prefix + "attention.layer_norm_epsilon"] = 1e-12;
    metadata[prefix + "attention.causal"] = false;
    metadata[prefix + "pooling_type"] = int64_t{1};  // mean
    metadata["tokenizer.ggml.token_type_count"] = int64_t{2};
    if (s.architecture == "nomic-bert") metadata[prefix + "rope.freq_base"] = 1000.0;
}

void AddDecoderKeys(const ModelShape& s, Metadata& metadata) {
    const std::string prefix = s.architecture + ".";
    metadata[prefix + "attention.head_count_kv"] = s.kv_heads;
    metadata[prefix + "attention.key_length"] = s.head_size;
    metadata[prefix + "attention.value_length"] = s.head_size;
    metadata[prefix + "attention.layer_norm_rms_epsilon"] = 1e-6;
    metadata[prefix + "rope.dimension_count"] = s.head_size;
    const bool qwen = s.architecture.starts_with("qwen");
    metadata[prefix + "rope.freq_base"] = qwen || s.architecture == "gemma3" ? 1e6 : 1e4;
    if (IsGemma(s.architecture) || s.architecture == "phi3") {
        metadata[prefix + "attention.sliding_window"] = std::min<int64_t>(s.context, 1024);
    }
    if (s.architecture == "gemma2") {
        metadata[prefix + "attn_logit_softcapping"] = 50.0;
        metadata[prefix + "final_logit_softcapping"] = 30.0;
    }
    if (s.architecture == "phi3") {
        metadata[prefix + "rope.scaling.original_context_length"] = s.context;
    }
}

}  // namespace

const std::vector<std::string>& MakeModelArchitectures() {
    static const std::vector<std::string> names = {"llama",  "qwen2", "qwen3", "gemma2",
                                                   "gemma3", "phi3",  "bert",  "nomic-bert"};
    return names;
}

Result<ModelShape> ChooseShape(const MakeModelOptions& options) {
    if (std::ranges::find(MakeModelArchitectures(), options.architecture) ==
        MakeModelArchitectures().end()) {
        return Err(ErrorCode::kInvalidArgument, "unknown architecture \"{}\"; known are {}",
                   options.architecture, fmt::join(MakeModelArchitectures(), ", "));
    }
    ARGOSY_TRY(ModelShape shape, FindPreset(options.preset));
    shape.architecture = options.architecture;
    const bool bert = IsBert(shape.architecture);
    if (bert) shape.context = std::min<int64_t>(shape.context, 512);  // what they have
    OverrideWith(options, shape);
    if (bert && shape.heads > 0) {  // attention of full width, where nothing else is asked for
        if (options.kv_heads == 0) shape.kv_heads = shape.heads;
        if (options.head_size == 0) shape.head_size = shape.width / shape.heads;
    }
    ARGOSY_CHECK_OK(CheckShape(shape));
    return shape;
}

Metadata ShapeMetadata(const ModelShape& s) {
    const std::string prefix = s.architecture + ".";
    Metadata metadata{
        {"general.architecture", s.architecture},
        {"general.name", "random " + s.architecture},
        {"general.type", std::string("model")},
        {prefix + "block_count", s.layers},
        {prefix + "context_length", s.context},
        {prefix + "embedding_length", s.width},
        {prefix + "feed_forward_length", s.feed_forward},
        {prefix + "attention.head_count", s.heads},
        {prefix + "vocab_size", s.vocabulary},
    };
    if (IsBert(s.architecture)) {
        AddEncoderKeys(s, metadata);
    } else {
        AddDecoderKeys(s, metadata);
    }
    return metadata;
}

std::vector<RandomTensor> ShapeTensors(const ModelShape& s) {
    TensorList list;
    list.Add("token_embd.weight", s.width, s.vocabulary, 0, 0.05f);
    if (IsBert(s.architecture)) {
        list.Add("token_types.weight", s.width, 2, 0, 0.02f);
        if (s.architecture == "bert") {
            list.Add("position_embd.weight", s.width, s.context, 0, 0.02f);
        }
        list.Norm("token_embd_norm", s.width, true);
    } else {
        list.Norm("output_norm", s.width);
        // Those whose output is usually the embedding again have none of their own.
        const bool tied = s.architecture == "qwen3" || IsGemma(s.architecture);
        if (!tied) list.Weight("output", s.width, s.vocabulary, 2.0f);
    }
    for (int64_t i = 0; i < s.layers; ++i) {
        const std::string layer = fmt::format("blk.{}.", i);
        if (IsBert(s.architecture)) {
            AddEncoderLayer(s, layer, list);
        } else {
            AddDecoderLayer(s, layer, list);
        }
    }
    return list.Take();
}

}  // namespace argosy
