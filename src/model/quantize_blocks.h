// One block of each quantised format from its floats (32 or 256 of them, finite).
#pragma once

#include "model/quant_blocks.h"

namespace argosy {

void QuantizeBlock(const float* x, BlockQ8_0& block);
void QuantizeBlock(const float* x, BlockQ4_0& block);
void QuantizeBlock(const float* x, BlockQ4_1& block);
void QuantizeBlock(const float* x, BlockQ5_0& block);
void QuantizeBlock(const float* x, BlockQ5_1& block);
void QuantizeBlock(const float* x, BlockIQ4_NL& block);
void QuantizeBlock(const float* x, BlockQ2_K& block);
void QuantizeBlock(const float* x, BlockQ3_K& block);
void QuantizeBlock(const float* x, BlockQ4_K& block);
void QuantizeBlock(const float* x, BlockQ5_K& block);
void QuantizeBlock(const float* x, BlockQ6_K& block);

}  // namespace argosy
