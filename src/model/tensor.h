// A stored tensor as the file has it: type, shape, bytes. Does not own its bytes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "model/dtype.h"

namespace argosy {

/// `shape[0]` is the fastest-varying dimension (GGUF order): a weight that maps `in` to `out`
/// features has shape {in, out, 1, 1} and its rows of `in` elements are contiguous.
struct TensorView {
    std::string name;
    DType type = DType::kF32;
    std::array<int64_t, 4> shape{1, 1, 1, 1};
    std::span<const std::byte> bytes;

    int64_t elements() const { return shape[0] * shape[1] * shape[2] * shape[3]; }
    int64_t columns() const { return shape[0]; }
    int64_t rows() const { return elements() / shape[0]; }
};

}  // namespace argosy
