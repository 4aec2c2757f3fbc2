// What the two AVX-512 sets share.
#pragma once

#include "engine/kernels/matrix_kernels.h"

namespace argosy {

inline constexpr int kRowTileAvx512 = 8;
inline constexpr int kFloatRowsAvx512 = 6;

void RunPanelAvx512(WeightLayout layout, const PanelTask& task);
void RunFloatAvx512(WeightLayout layout, const FloatTask& task);

}  // namespace argosy
