// A weight matrix ready to be multiplied with: float types as they are stored (large ones copied to
// huge pages), quantised ones interleaved once into panels of 16 output columns, losing nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.h"
#include "engine/kernels/aligned_buffer.h"
#include "engine/kernels/thread_pool.h"
#include "model/tensor.h"

namespace argosy {

/// How the kernels see a weight. A panel holds 16 outputs; a block is 32 consecutive inputs. See
/// panel_format.h for the bytes.
enum class WeightLayout : uint8_t {
    kF32,    // rows as in the file
    kF16,    // rows as in the file
    kBF16,   // rows as in the file
    kQ8,     // int8, F16 scale per 32: Q8_0, Q5_0, IQ4_NL
    kQ4,     // 4 bits - 8, F16 scale per 32: Q4_0
    kQ4K,    // 4 bits, 8-bit scale and minimum per 32, F16 pair per 256: Q4_K
    kQ6K,    // 6 bits - 32, int8 scale per 16, F16 per 256: Q6_K
    kQ8M,    // int8, F32 scale and minimum per 32: Q4_1, Q5_1, Q5_K
    kQ8M16,  // int8, F32 scale and minimum per 16: Q2_K, Q3_K
};

/// Immutable after Make, thread-safe. Where !owns(), the tensor's bytes must outlive it.
class Weight {
  public:
    Weight() = default;
    /// `view` is {in, out}: out rows of in elements (further dimensions count as rows).
    /// kUnsupported for types without a kernel, kCorrupt for bytes that do not fit the shape or an
    /// `in` that is not whole blocks of the type.
    static Result<Weight> Make(const TensorView& view, ThreadPool& pool);

    int64_t in() const { return in_; }
    int64_t out() const { return out_; }
    DType type() const { return type_; }
    WeightLayout layout() const { return layout_; }
    /// Bytes that one multiplication reads.
    size_t bytes() const { return bytes_; }
    /// Whether the bytes are a copy (resident memory of ours) rather than the file's.
    bool owns() const { return owned_.bytes() > 0; }
    /// Rows (float layouts) or panels (others); bytes from one to the next.
    const std::byte* data() const { return owns() ? owned_.data() : view_; }
    size_t stride() const { return stride_; }

  private:
    int64_t in_ = 0, out_ = 0;
    DType type_ = DType::kF32;
    WeightLayout layout_ = WeightLayout::kF32;
    size_t bytes_ = 0, stride_ = 0;
    const std::byte* view_ = nullptr;
    AlignedBuffer owned_;
};

/// One row of a stored matrix as floats (embedding look-up). dst holds view.columns() floats;
/// `row` in [0, view.rows()).
void DequantizeRowFast(const TensorView& view, int64_t row, float* dst);

}  // namespace argosy
