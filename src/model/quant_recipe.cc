#include "model/quant_recipe.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace argosy {

namespace {

int64_t IntOr(const Metadata& metadata, std::string_view key, int64_t fallback) {
    const auto it = metadata.find(key);
    const auto* value = it == metadata.end() ? nullptr : std::get_if<int64_t>(&it->second);
    return value == nullptr ? fallback : *value;
}

std::string Lower(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

bool IsWeightMatrix(const TensorView& tensor) {
    return tensor.shape[1] > 1 && tensor.name.ends_with(".weight") &&
           tensor.name.find("_norm.") == std::string::npos && tensor.name != "token_types.weight" &&
           tensor.name != "position_embd.weight" && !tensor.name.starts_with("rope_");
}

/// Layer of "blk.12.ffn_down.weight"; -1 where there is none.
int64_t LayerOf(std::string_view name) {
    if (!name.starts_with("blk.")) return -1;
    return std::strtol(name.data() + 4, nullptr, 10);
}

/// The half of the layers whose errors matter most: the first eighth, the last, and each third one
/// in between.
bool DeservesMoreBits(int64_t layer, int64_t layers) {
    return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
}

/// The same bits or more in blocks of 32, for rows that are not whole blocks of 256.
DType SmallBlocks(DType type) {
    switch (type) {
        case DType::kQ2_K:
        case DType::kQ3_K:
            return DType::kIQ4_NL;
        case DType::kQ4_K:
            return DType::kQ5_0;
        case DType::kQ5_K:
            return DType::kQ5_1;
        case DType::kQ6_K:
            return DType::kQ8_0;
        default:
            return type;
    }
}

bool FitsRows(DType type, const TensorView& tensor) {
    return tensor.columns() % FindDType(type)->block_elements == 0;
}

}  // namespace

const std::vector<QuantRecipe>& AllRecipes() {
    static const std::vector<QuantRecipe> recipes = {
        {"f32", DType::kF32, 0},      {"f16", DType::kF16, 1},        {"bf16", DType::kBF16, 32},
        {"q8_0", DType::kQ8_0, 7},    {"q6_k", DType::kQ6_K, 18},     {"q5_k_m", DType::kQ5_K, 17},
        {"q5_k_s", DType::kQ5_K, 16}, {"q5_1", DType::kQ5_1, 9},      {"q5_0", DType::kQ5_0, 8},
        {"q4_k_m", DType::kQ4_K, 15}, {"q4_k_s", DType::kQ4_K, 14},   {"q4_1", DType::kQ4_1, 3},
        {"q4_0", DType::kQ4_0, 2},    {"iq4_nl", DType::kIQ4_NL, 25}, {"q3_k_l", DType::kQ3_K, 13},
        {"q3_k_m", DType::kQ3_K, 12}, {"q3_k_s", DType::kQ3_K, 11},   {"q2_k", DType::kQ2_K, 10},
        {"q2_k_s", DType::kQ2_K, 21},
    };
    return recipes;
}

Result<QuantRecipe> FindRecipe(std::string_view name) {
    std::string wanted = Lower(name);
    if (wanted == "q3_k" || wanted == "q4_k" || wanted == "q5_k") wanted += "_m";
    std::string known;
    for (const QuantRecipe& recipe : AllRecipes()) {
        if (recipe.name == wanted) return recipe;
        known += (known.empty() ? "" : ", ") + std::string(recipe.name);
    }
    return Err(ErrorCode::kInvalidArgument, "unknown quantisation \"{}\"; known are {}", name,
               known);
}

TypeChooser::TypeChooser(const QuantRecipe& recipe, const Metadata& metadata,
                         const std::vector<TensorView>& tensors)
    : recipe_(recipe) {
    std::string architecture;
    if (const auto it = metadata.find("general.architecture"); it != metadata.end()) {
        if (const auto* text = std::get_if<std::string>(&it->second)) architecture = *text;
    }
    layers_ = IntOr(metadata, architecture + ".block_count", 0);
    const int64_t heads = IntOr(metadata, architecture + ".attention.head_count", 1);
    const int64_t kv_heads = IntOr(metadata, architecture + ".attention.head_count_kv", heads);
    heads_per_kv_head_ = kv_heads > 0 ? heads / kv_heads : 1;
    tied_ = std::ranges::none_of(tensors,
                                 [](const TensorView& t) { return t.name == "output.weight"; });
}

DType TypeChooser::Choose(const TensorView& tensor) const {
    if (!IsWeightMatrix(tensor)) return DType::kF32;
    const bool mixed = FindDType(recipe_.base)->block_elements > 1;
    DType type = mixed ? ChooseMixed(tensor) : recipe_.base;
    if (!FitsRows(type, tensor)) type = SmallBlocks(type);
    return FitsRows(type, tensor) ? type : DType::kF16;
}

DType TypeChooser::ChooseMixed(const TensorView& tensor) const {
    const std::string_view name = tensor.name, recipe = recipe_.name;
    const int64_t layer = LayerOf(name);
    const bool more_bits = DeservesMoreBits(layer, layers_);
    const auto has = [&](std::string_view part) { return name.find(part) != name.npos; };
    if (name == "output.weight" || (tied_ && name == "token_embd.weight")) {
        if (recipe_.base == DType::kQ8_0) return DType::kQ8_0;
        return FitsRows(DType::kQ6_K, tensor) ? DType::kQ6_K : DType::kQ8_0;
    }
    if (has("attn_v.weight")) {
        if (recipe == "q2_k") return heads_per_kv_head_ >= 4 ? DType::kQ4_K : DType::kQ3_K;
        if (recipe == "q2_k_s" && heads_per_kv_head_ >= 4) return DType::kQ4_K;
        if (recipe == "q3_k_m") return layer < 2 ? DType::kQ5_K : DType::kQ4_K;
        if (recipe == "q3_k_l" || (recipe == "q4_k_s" && layer < 4)) return DType::kQ5_K;
        if (recipe == "iq4_nl" && heads_per_kv_head_ >= 4) return DType::kQ5_K;
        if ((recipe == "q4_k_m" || recipe == "q5_k_m") && more_bits) return DType::kQ6_K;
    } else if (has("ffn_down.weight")) {
        const bool early = layer < layers_ / 8;
        if (recipe == "q2_k") return DType::kQ3_K;
        if (recipe == "q2_k_s" && early) return DType::kQ4_K;
        if (recipe == "q3_k_m") return layer < layers_ / 16 ? DType::kQ5_K : DType::kQ4_K;
        if (recipe == "q3_k_l") return DType::kQ5_K;
        if ((recipe == "q4_k_s" || recipe == "iq4_nl") && early) return DType::kQ5_K;
        if ((recipe == "q4_k_m" || recipe == "q5_k_m") && more_bits) return DType::kQ6_K;
    } else if (has("attn_output.weight")) {
        if (recipe == "q2_k") return DType::kQ3_K;
        if (recipe == "q3_k_m") return DType::kQ4_K;
        if (recipe == "q3_k_l") return DType::kQ5_K;
    } else if (has("attn_qkv.weight")) {
        if (recipe == "q3_k_m" || recipe == "q3_k_l") return DType::kQ4_K;
        if (recipe == "q4_k_m") return DType::kQ5_K;
        if (recipe == "q5_k_m") return DType::kQ6_K;
    }
    return recipe_.base;
}

}  // namespace argosy
