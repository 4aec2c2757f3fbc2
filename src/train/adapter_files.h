// A trained LoRA adapter on disk: as Hugging Face PEFT has it, or as GGUF.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/dtype.h"

namespace argosy::train {

/// The change of one projection: y += alpha / rank * B (A x). Rows in GGUF's order.
struct AdapterMatrices {
    std::string gguf_name;  // of the base's tensor, "blk.3.attn_q.weight"
    std::string peft_path;  // "model.layers.3.self_attn.q_proj"
    int64_t in = 0, out = 0;
    std::vector<float> a;  // [rank][in]
    std::vector<float> b;  // [out][rank]
    /// Heads whose rows GGUF interleaves and PEFT does not; 0: none.
    int64_t interleaved_heads = 0;
};

struct Adapter {
    std::string architecture;  // GGUF's name
    std::string base_name;     // what adapter_config.json names as its base
    int rank = 0;
    double alpha = 0, dropout = 0;
    std::vector<std::string> targets;  // PEFT's names
    std::vector<AdapterMatrices> matrices;
};

/// Writes adapter_config.json and adapter_model.safetensors, in F32 or BF16; `folder` is made.
Result<void> WritePeftAdapter(const Adapter& adapter, const std::filesystem::path& folder,
                              DType type = DType::kF32);
/// Writes what llama.cpp's convert_lora_to_gguf writes; F32, F16 or BF16.
Result<void> WriteGgufAdapter(const Adapter& adapter, const std::filesystem::path& path,
                              DType type = DType::kF32);
/// Fills the matrices of `adapter` (whose shapes and names say what must be there) from a PEFT
/// folder. kNotFound, kCorrupt (the tensor and both shapes).
Result<void> ReadPeftAdapter(const std::filesystem::path& folder, Adapter& adapter);

}  // namespace argosy::train
