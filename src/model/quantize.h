// Rows of a tensor from and to every stored type: the scalar reference that the engine's kernels
// are tested against, and the quantiser behind `argosy convert` and quantisation at load.
#pragma once

#include <cstddef>
#include <span>

#include "base/error.h"
#include "model/dtype.h"

namespace argosy {

/// Elements of `src` as floats, equal to the bit to the `gguf` Python package. `dst.size()` must be
/// a multiple of the type's block, `src` the bytes of that many elements; else kInvalidArgument.
Result<void> DequantizeRow(DType type, std::span<const std::byte> src, std::span<float> dst);

/// The bytes of `src` in `type`. Sizes as above. Same input, same bytes, on every machine. Inputs
/// should be finite; a block with an infinity or NaN in it is stored as zeros, but for F32, F16 and
/// BF16. kUnsupported for I32.
Result<void> QuantizeRow(DType type, std::span<const float> src, std::span<std::byte> dst);

/// Bytes of `elements` consecutive elements; `elements` must be whole blocks.
size_t RowBytes(DType type, size_t elements);

/// Bytes of one type into another, in parallel over rows of `columns` elements on `threads` threads
/// (0: all of the machine). Errors as above.
Result<void> RequantizeRows(DType from, std::span<const std::byte> src, DType to,
                            std::span<std::byte> dst, size_t columns, int threads);

}  // namespace argosy
