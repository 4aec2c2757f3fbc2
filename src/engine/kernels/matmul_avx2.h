// What the AVX2 set's files share with each other, and with the sets above it.
#pragma once

#include "engine/kernels/matrix_kernels.h"

namespace argosy {

void RunPanelAvx2(WeightLayout layout, const PanelTask& task);
void QuantizeRowAvx2(const float* x, const QuantizedTile& tile, int row);

}  // namespace argosy
