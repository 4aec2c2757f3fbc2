// Element types of stored tensors: the numbers are those of the GGUF/ggml format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace argosy {

enum class DType : uint32_t {
    kF32 = 0,
    kF16 = 1,
    kQ4_0 = 2,
    kQ4_1 = 3,
    kQ5_0 = 6,
    kQ5_1 = 7,
    kQ8_0 = 8,
    kQ2_K = 10,
    kQ3_K = 11,
    kQ4_K = 12,
    kQ5_K = 13,
    kQ6_K = 14,
    kIQ4_NL = 20,
    kI32 = 26,
    kBF16 = 30,
};

/// How a type is laid out: `block_elements` consecutive elements of a row share `block_bytes`
/// bytes.
struct DTypeTraits {
    std::string_view name;  // "Q4_K"
    uint32_t block_elements;
    uint32_t block_bytes;
};

/// Traits of a type this build can read, or nullptr.
const DTypeTraits* FindDType(DType type);
/// By name, any case ("q4_k", "Q4_K", "bf16"); nothing where unknown.
std::optional<DType> DTypeByName(std::string_view name);

}  // namespace argosy
