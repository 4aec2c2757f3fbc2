#include "model/dtype.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace argosy {

namespace {

// Block sizes as ggml's format defines them (ggml-common.h describes each block).
constexpr std::pair<DType, DTypeTraits> kTypes[] = {
    {DType::kF32, {"F32", 1, 4}},         {DType::kF16, {"F16", 1, 2}},
    {DType::kBF16, {"BF16", 1, 2}},       {DType::kI32, {"I32", 1, 4}},
    {DType::kQ8_0, {"Q8_0", 32, 34}},     {DType::kQ4_0, {"Q4_0", 32, 18}},
    {DType::kQ4_1, {"Q4_1", 32, 20}},     {DType::kQ5_0, {"Q5_0", 32, 22}},
    {DType::kQ5_1, {"Q5_1", 32, 24}},     {DType::kQ2_K, {"Q2_K", 256, 84}},
    {DType::kQ3_K, {"Q3_K", 256, 110}},   {DType::kQ4_K, {"Q4_K", 256, 144}},
    {DType::kQ5_K, {"Q5_K", 256, 176}},   {DType::kQ6_K, {"Q6_K", 256, 210}},
    {DType::kIQ4_NL, {"IQ4_NL", 32, 18}},
};

char Upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

}  // namespace

const DTypeTraits* FindDType(DType type) {
    for (const auto& [known, traits] : kTypes) {
        if (known == type) return &traits;
    }
    return nullptr;
}

std::optional<DType> DTypeByName(std::string_view name) {
    std::string upper(name);
    std::ranges::transform(upper, upper.begin(), Upper);
    for (const auto& [type, traits] : kTypes) {
        if (traits.name == upper) return type;
    }
    return std::nullopt;
}

}  // namespace argosy
