// y = x Wᵀ for one or more weights that share their input (q, k and v; gate and up). Activations
// are rounded once to int8 for quantised weights; float weights are multiplied in F32.
#pragma once

#include <cstdint>
#include <span>

#include "engine/kernels/aligned_buffer.h"
#include "engine/kernels/thread_pool.h"
#include "engine/kernels/weight.h"

namespace argosy {

struct MatMulJob {
    const Weight* weight = nullptr;
    float* y = nullptr;  // [m][out], written
    int64_t ldy = 0;     // floats from one row of y to the next, at least out
};

/// Scratch that grows to the largest call and is reused; one for each thread that calls MatMul or
/// PagedAttention.
class Workspace {
  public:
    /// At least `bytes` bytes, 64-byte aligned; contents undefined, valid until the next call.
    std::byte* Get(size_t bytes) {
        if (buffer_.bytes() < bytes) buffer_ = AlignedBuffer(bytes + bytes / 4);
        return buffer_.data();
    }
    size_t bytes() const { return buffer_.bytes(); }

  private:
    AlignedBuffer buffer_;
};

/// For each job, y[i][o] = sum over k of x[i][k] * W[o][k], i in [0, m), rows of x `ldx` floats
/// apart. All weights have the same in(). Where x has an infinity or NaN, that row's result is
/// unspecified. A row's result is the same to the bit for any m, any neighbours and any number of
/// threads.
void MatMul(ThreadPool& pool, std::span<const MatMulJob> jobs, const float* x, int m, int64_t ldx,
            Workspace& workspace);

}  // namespace argosy
