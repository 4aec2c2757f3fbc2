// What the two files of the NEON set share.
#pragma once

#include "engine/kernels/matrix_kernels.h"

namespace argosy {

void RunPanelNeon(WeightLayout layout, const PanelTask& task);

}  // namespace argosy
