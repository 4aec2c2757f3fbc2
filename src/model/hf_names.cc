#include "model/hf_names.h"

#include <span>
#include <utility>

namespace argosy {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;  // Hugging Face's, GGUF's

// Without ".weight" or ".bias".
constexpr Pair kDecoderTop[] = {{"embed_tokens", "token_embd"},
                                {"norm", "output_norm"},
                                {"lm_head", "output"},
                                {"score", "cls.output"}};
constexpr Pair kDecoderLayer[] = {
    {"input_layernorm", "attn_norm"},        {"self_attn.q_proj", "attn_q"},
    {"self_attn.k_proj", "attn_k"},          {"self_attn.v_proj", "attn_v"},
    {"self_attn.qkv_proj", "attn_qkv"},      {"self_attn.o_proj", "attn_output"},
    {"self_attn.q_norm", "attn_q_norm"},     {"self_attn.k_norm", "attn_k_norm"},
    {"mlp.gate_proj", "ffn_gate"},           {"mlp.up_proj", "ffn_up"},
    {"mlp.gate_up_proj", "ffn_up"},          {"mlp.down_proj", "ffn_down"},
    {"post_attention_layernorm", "ffn_norm"}};
// Gemma 2 and 3 have norms on both sides, and other names for the one before the feed-forward.
constexpr Pair kGemmaLayer[] = {{"post_attention_layernorm", "post_attention_norm"},
                                {"pre_feedforward_layernorm", "ffn_norm"},
                                {"post_feedforward_layernorm", "post_ffw_norm"}};

constexpr Pair kBertTop[] = {{"embeddings.word_embeddings", "token_embd"},
                             {"embeddings.position_embeddings", "position_embd"},
                             {"embeddings.token_type_embeddings", "token_types"},
                             {"embeddings.LayerNorm", "token_embd_norm"},
                             {"emb_ln", "token_embd_norm"},
                             {"classifier", "cls.output"}};
constexpr Pair kBertLayer[] = {{"attention.self.query", "attn_q"},
                               {"attention.self.key", "attn_k"},
                               {"attention.self.value", "attn_v"},
                               {"attention.output.dense", "attn_output"},
                               {"attention.output.LayerNorm", "attn_output_norm"},
                               {"intermediate.dense", "ffn_up"},
                               {"output.dense", "ffn_down"},
                               {"output.LayerNorm", "layer_output_norm"},
                               // nomic-bert
                               {"attn.Wqkv", "attn_qkv"},
                               {"attn.out_proj", "attn_output"},
                               {"norm1", "attn_output_norm"},
                               {"mlp.fc11", "ffn_up"},
                               {"mlp.fc12", "ffn_gate"},
                               {"mlp.fc2", "ffn_down"},
                               {"norm2", "layer_output_norm"}};

constexpr std::string_view kUnneeded[] = {"vision_tower.", "multi_modal_projector.",
                                          "embeddings.position_ids", "cls.predictions",
                                          "cls.seq_relationship"};

std::optional<std::string_view> Find(std::span<const Pair> pairs, std::string_view name) {
    for (const auto& [hf, gguf] : pairs) {
        if (hf == name) return gguf;
    }
    return std::nullopt;
}

void Strip(std::string_view& text, std::string_view prefix) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
}

/// Takes "layers.12." off the front and gives "12"; empty where there is none.
std::string_view TakeLayer(std::string_view& name) {
    std::string_view rest = name;
    Strip(rest, "encoder.");
    const size_t before = rest.size();
    Strip(rest, "layers.");
    Strip(rest, "layer.");
    if (rest.size() == before) return {};
    const size_t digits = rest.find_first_not_of("0123456789");
    if (digits == 0 || digits > 5 || digits == rest.npos || rest[digits] != '.') return {};
    const std::string_view layer = rest.substr(0, digits);
    name = rest.substr(digits + 1);
    return layer;
}

/// Takes the last part off: ".weight" or ".bias" (old BERTs say gamma and beta).
std::string_view TakeKind(std::string_view& name) {
    for (const auto& [ending, kind] : {Pair{".weight", ".weight"}, Pair{".bias", ".bias"},
                                       Pair{".gamma", ".weight"}, Pair{".beta", ".bias"}}) {
        if (name.ends_with(ending)) {
            name.remove_suffix(ending.size());
            return kind;
        }
    }
    return {};
}

}  // namespace

std::optional<std::string> GgufTensorName(std::string_view architecture, std::string_view name,
                                          bool classifier) {
    const bool bert = architecture.find("bert") != architecture.npos;
    for (const std::string_view prefix :
         {"bert.", "language_model.", "model.", "language_model."}) {
        Strip(name, prefix);
    }
    for (const std::string_view unneeded : kUnneeded) {
        if (name.starts_with(unneeded)) return "";
    }
    if (name.ends_with("rotary_emb.inv_freq")) return "";
    if (name.starts_with("pooler.")) {
        if (!classifier) return "";
        Strip(name, "pooler.dense");
        return "cls" + std::string(name);
    }
    const std::string_view kind = TakeKind(name);
    if (kind.empty()) return std::nullopt;
    const std::string_view layer = TakeLayer(name);
    std::optional<std::string_view> found;
    if (layer.empty()) {
        found = Find(bert ? std::span<const Pair>(kBertTop) : kDecoderTop, name);
        if (!found) return std::nullopt;
        return std::string(*found) + std::string(kind);
    }
    if (architecture.starts_with("gemma")) found = Find(kGemmaLayer, name);
    if (!found) found = Find(bert ? std::span<const Pair>(kBertLayer) : kDecoderLayer, name);
    if (!found) return std::nullopt;
    return "blk." + std::string(layer) + "." + std::string(*found) + std::string(kind);
}

}  // namespace argosy
