// Rows of quantised blocks into panels.
#pragma once

#include <span>

#include "engine/kernels/panel_format.h"
#include "model/dtype.h"

namespace argosy {

/// The layout that a type is multiplied in; kF32 for anything that has no quantised one.
WeightLayout LayoutOf(DType type);

/// Packs up to 8 rows (`rows.size()`), each of `in` elements of `type`, into one zeroed panel.
void PackPanel(DType type, std::span<const std::byte* const> rows, int64_t in, std::byte* panel);

}  // namespace argosy
