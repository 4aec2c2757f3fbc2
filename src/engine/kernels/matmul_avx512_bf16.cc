// BF16 weights where the CPU multiplies BF16 (VDPBF16PS: two products and their sum a lane), with
// the input rounded to BF16 once.
#include "engine/kernels/float_tile_avx512-inl.h"
#include "engine/kernels/matmul_avx2.h"

namespace argosy {

namespace {

struct AsBF16Pairs {
    using X = uint16_t;
    using Stored = uint16_t;
    using Mask = __mmask32;
    using Vector = __m512i;
    static constexpr int kStep = 32;
    static const uint16_t* Input(const FloatTask& task) { return task.rounded; }
    static __m512i LoadX(const uint16_t* p, Mask mask) { return _mm512_maskz_loadu_epi16(mask, p); }
    static __m512i LoadW(const uint16_t* p, Mask mask) { return _mm512_maskz_loadu_epi16(mask, p); }
    static __m512 Dot(__m512 acc, __m512i w, __m512i x) {
        return _mm512_dpbf16_ps(acc, reinterpret_cast<__m512bh>(w), reinterpret_cast<__m512bh>(x));
    }
};

void RoundRow(const float* x, int64_t in, uint16_t* rounded) {
    for (int64_t k = 0; k < in; k += 16) {
        const auto mask = static_cast<__mmask16>(in - k >= 16 ? 0xFFFF : (1 << (in - k)) - 1);
        const __m256bh half = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, x + k));
        _mm256_mask_storeu_epi16(rounded + k, mask, reinterpret_cast<__m256i>(half));
    }
}

void RunFloat(WeightLayout layout, const FloatTask& task) {
    if (layout == WeightLayout::kBF16) return FloatsOf<AsBF16Pairs>(task);
    RunFloatAvx512(layout, task);
}

}  // namespace

const MatrixKernels kAvx512Bf16Kernels{
    .name = "avx512bf16",
    .row_tile = kRowTileAvx512,
    .float_rows = kFloatRowsAvx512,
    .streams = true,
    .quantize_row = QuantizeRowAvx2,
    .panel = RunPanelAvx512,
    .floats = RunFloat,
    .round_row = RoundRow,
};

}  // namespace argosy
