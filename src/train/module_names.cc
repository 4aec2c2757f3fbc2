#include "train/module_names.h"

#include <fmt/format.h>

namespace argosy::train {

namespace {

// GGUF calls a fused gate and up "ffn_up" too; which it is, its shape says.
constexpr ModuleName kModules[] = {
    {"attn_qkv", "self_attn", "qkv_proj", true},   {"attn_q", "self_attn", "q_proj", false},
    {"attn_k", "self_attn", "k_proj", false},      {"attn_v", "self_attn", "v_proj", false},
    {"attn_output", "self_attn", "o_proj", false}, {"ffn_up", "mlp", "gate_up_proj", true},
    {"ffn_gate", "mlp", "gate_proj", false},       {"ffn_up", "mlp", "up_proj", false},
    {"ffn_down", "mlp", "down_proj", false}};

}  // namespace

std::span<const ModuleName> DecoderModules() { return kModules; }

std::string PeftModulePath(int layer, const ModuleName& module) {
    return fmt::format("model.layers.{}.{}.{}", layer, module.parent, module.peft);
}

}  // namespace argosy::train
