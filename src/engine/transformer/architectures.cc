// The one place where architectures are described. Sizes, RoPE and windows are read alike for all;
// what is said here is only what makes each different. Biases, query and key norms, norms behind a
// part, and fused matrices need no word: they are there when their tensors are.
#include <array>
#include <cmath>

#include "engine/transformer/architecture.h"

namespace argosy {

namespace {

void Llama(const ModelFile&, Architecture& a) { a.rope = RopeKind::kInterleaved; }

void Qwen(const ModelFile&, Architecture& a) { a.rope = RopeKind::kNeox; }

void Phi3(const ModelFile&, Architecture& a) { a.rope = RopeKind::kNeox; }

void Gemma(const ModelFile&, Architecture& a) {
    a.rope = RopeKind::kNeox;
    a.activation = Activation::kGeluTanh;
    a.embedding_scale = std::sqrt(static_cast<float>(a.width));
}

void Gemma3(const ModelFile& model, Architecture& a) {
    Gemma(model, a);
    a.local_rope =
        PlainRope(a.head_dim, model.GetFloat("gemma3.rope.freq_base_swa").value_or(10000.0));
}

void Encoder(Architecture& a) {
    a.encoder = true;
    a.norm = NormKind::kLayer;
    a.pooling = Pooling::kMean;
    a.made_for_embeddings = true;
}

void Bert(const ModelFile&, Architecture& a) {
    Encoder(a);
    a.learned_positions = true;
    a.activation = Activation::kGeluErf;
}

void NomicBert(const ModelFile&, Architecture& a) {
    Encoder(a);
    a.rope = RopeKind::kNeox;
    a.activation = Activation::kSilu;
}

struct Entry {
    const char* name;
    void (*describe)(const ModelFile&, Architecture&);
    int window_period;  // of sliding layers where the model does not say: every n-th sees all
};
constexpr std::array kArchitectures = {
    Entry{"llama", Llama, 0},  Entry{"qwen2", Qwen, 0},          Entry{"qwen3", Qwen, 0},
    Entry{"gemma2", Gemma, 2}, Entry{"gemma3", Gemma3, 6},       Entry{"phi3", Phi3, 0},
    Entry{"bert", Bert, 0},    Entry{"nomic-bert", NomicBert, 0}};

Result<const Entry*> FindEntry(const std::string& name) {
    std::string known;
    for (const Entry& entry : kArchitectures) {
        if (name == entry.name) return &entry;
        known += (known.empty() ? "" : ", ") + std::string(entry.name);
    }
    return Err(ErrorCode::kUnsupported, "architecture \"{}\" is not supported; known are {}", name,
               known);
}

Result<int> Size(const ModelFile& model, const std::string& key, int64_t most) {
    ARGOSY_TRY(const int64_t value, model.RequireInt(key));
    if (value >= 1 && value <= most) return static_cast<int>(value);
    return Err(ErrorCode::kCorrupt, "{} is {}, must be 1 to {}", key, value, most);
}

Result<void> ReadSizes(const ModelFile& model, const std::string& prefix, Architecture& a) {
    ARGOSY_TRY(a.layers, Size(model, prefix + "block_count", 4096));
    ARGOSY_TRY(a.width, Size(model, prefix + "embedding_length", 1 << 20));
    ARGOSY_TRY(a.heads, Size(model, prefix + "attention.head_count", 4096));
    ARGOSY_TRY(a.feed_forward, Size(model, prefix + "feed_forward_length", 1 << 22));
    ARGOSY_TRY(a.context, Size(model, prefix + "context_length", 1 << 28));
    const auto optional = [&](const char* key, int64_t fallback) {
        return static_cast<int>(model.GetInt(prefix + key).value_or(fallback));
    };
    a.kv_heads = optional("attention.head_count_kv", a.heads);
    a.head_dim = optional("attention.key_length", a.width / a.heads);
    const int value_dim = optional("attention.value_length", a.head_dim);
    if (a.kv_heads < 1 || a.heads % a.kv_heads != 0) {
        return Err(ErrorCode::kCorrupt, "{}attention.head_count_kv is {}, must divide {} heads",
                   prefix, a.kv_heads, a.heads);
    }
    if (a.head_dim < 8 || a.head_dim > 256 || a.head_dim % 8 != 0 || value_dim != a.head_dim) {
        return Err(ErrorCode::kUnsupported,
                   "heads of {} (keys) and {} (values) elements: they must be alike, a multiple of "
                   "8 and at most 256",
                   a.head_dim, value_dim);
    }
    const TensorView* embedding = model.FindTensor("token_embd.weight");
    if (embedding == nullptr || embedding->columns() != a.width) {
        return At("token_embd.weight",
                  {ErrorCode::kCorrupt,
                   fmt::format("expected rows of {} elements, got {}", a.width,
                               embedding == nullptr ? 0 : embedding->columns()),
                   {}});
    }
    a.vocabulary = static_cast<int>(embedding->rows());
    return {};
}

void ReadWindows(const ModelFile& model, const std::string& prefix, int usual_period,
                 Architecture& a) {
    a.windows.assign(static_cast<size_t>(a.layers), 0);
    const int64_t window = model.GetInt(prefix + "attention.sliding_window").value_or(0);
    if (window <= 0 || window >= a.context) return;
    const MetaValue* pattern = model.Find(prefix + "attention.sliding_window_pattern");
    const auto* array = pattern ? std::get_if<MetaArray>(pattern) : nullptr;
    const auto* flags = array ? std::get_if<std::vector<bool>>(array) : nullptr;
    const int64_t period =
        flags ? 0
              : model.GetInt(prefix + "attention.sliding_window_pattern").value_or(usual_period);
    for (size_t layer = 0; layer < a.windows.size(); ++layer) {
        const bool slides = flags ? layer < flags->size() && (*flags)[layer]
                                  : period == 0 || (static_cast<int64_t>(layer) + 1) % period != 0;
        if (slides) a.windows[layer] = static_cast<int>(window);
    }
}

void ReadPooling(const ModelFile& model, const std::string& prefix, Architecture& a) {
    const auto type = model.GetInt(prefix + "pooling_type");
    if (!type) return;
    if (*type >= 1 && *type <= 3) {
        constexpr Pooling kByNumber[] = {Pooling::kMean, Pooling::kCls, Pooling::kLast};
        a.pooling = kByNumber[*type - 1];
    }
    if (*type != 0) a.made_for_embeddings = true;
}

}  // namespace

Result<Architecture> ReadArchitecture(const ModelFile& model, int64_t context) {
    Architecture a;
    ARGOSY_TRY(a.name, model.RequireString("general.architecture"));
    ARGOSY_TRY(const Entry* entry, FindEntry(a.name));
    const std::string prefix = a.name + ".";
    ARGOSY_CHECK_OK(ReadSizes(model, prefix, a));
    entry->describe(model, a);
    const char* eps_key = a.norm == NormKind::kRms ? "attention.layer_norm_rms_epsilon"
                                                   : "attention.layer_norm_epsilon";
    a.norm_eps = static_cast<float>(model.GetFloat(prefix + eps_key).value_or(1e-5));
    const auto number = [&](const char* key, double fallback) {
        return static_cast<float>(model.GetFloat(prefix + key).value_or(fallback));
    };
    a.attention_scale = number("attention.scale", 1 / std::sqrt(static_cast<double>(a.head_dim)));
    a.attention_softcap = number("attn_logit_softcapping", 0);
    a.logit_softcap = number("final_logit_softcapping", 0);
    if (a.rope != RopeKind::kNone) {
        const int64_t used = context > 0 ? context : a.context;
        ARGOSY_TRY(a.global_rope, ReadRope(model, prefix, a.head_dim, used));
    }
    ReadWindows(model, prefix, entry->window_period, a);
    ReadPooling(model, prefix, a);
    return a;
}

}  // namespace argosy
