// The float layouts on AVX-512: fused multiply-adds in F32.
#include "engine/kernels/float_tile_avx512-inl.h"
#include "engine/kernels/matmul_avx2.h"

namespace argosy {

namespace {

struct InF32 {
    using X = float;
    using Mask = __mmask16;
    using Vector = __m512;
    static constexpr int kStep = 16;
    static const float* Input(const FloatTask& task) { return task.x; }
    static __m512 LoadX(const float* p, Mask mask) { return _mm512_maskz_loadu_ps(mask, p); }
    static __m512 Dot(__m512 acc, __m512 w, __m512 x) { return _mm512_fmadd_ps(w, x, acc); }
};
struct AsF32 : InF32 {
    using Stored = float;
    static __m512 LoadW(const float* p, Mask mask) { return _mm512_maskz_loadu_ps(mask, p); }
};
struct AsF16 : InF32 {
    using Stored = uint16_t;
    static __m512 LoadW(const uint16_t* p, Mask mask) {
        return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, p));
    }
};
struct AsBF16 : InF32 {
    using Stored = uint16_t;
    static __m512 LoadW(const uint16_t* p, Mask mask) {
        const __m512i bits = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, p));
        return _mm512_castsi512_ps(_mm512_slli_epi32(bits, 16));
    }
};

}  // namespace

void RunFloatAvx512(WeightLayout layout, const FloatTask& task) {
    switch (layout) {
        case WeightLayout::kF16:
            return FloatsOf<AsF16>(task);
        case WeightLayout::kBF16:
            return FloatsOf<AsBF16>(task);
        default:
            return FloatsOf<AsF32>(task);
    }
}

const MatrixKernels kAvx512VnniKernels{
    .name = "avx512vnni",
    .row_tile = kRowTileAvx512,
    .float_rows = kFloatRowsAvx512,
    .streams = true,
    .quantize_row = QuantizeRowAvx2,
    .panel = RunPanelAvx512,
    .floats = RunFloatAvx512,
};

}  // namespace argosy
