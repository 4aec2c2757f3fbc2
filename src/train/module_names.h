// Projections by PEFT's names ("q_proj", "model.layers.3.self_attn.q_proj") and by GGUF's
// ("attn_q", "blk.3.attn_q").
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace argosy::train {

struct ModuleName {
    std::string_view gguf;    // "attn_q"
    std::string_view parent;  // "self_attn"
    std::string_view peft;    // "q_proj"
    bool fused;               // several projections in one matrix
};

/// All projections of a decoder's layer that an adapter can change.
std::span<const ModuleName> DecoderModules();

/// "model.layers.3.self_attn.q_proj".
std::string PeftModulePath(int layer, const ModuleName& module);

}  // namespace argosy::train
