// Names of tensors in Hugging Face checkpoints as GGUF's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace argosy {

/// "model.layers.3.self_attn.q_proj.weight" -> "blk.3.attn_q.weight". Empty for tensors that are
/// not needed (rotary tables, vision towers, heads for training); nothing where unknown.
/// `architecture` is GGUF's name. `classifier`: keep BERT's pooler, which a classifier reads.
std::optional<std::string> GgufTensorName(std::string_view architecture, std::string_view name,
                                          bool classifier);

}  // namespace argosy
