// The passes over a whole row of logits that sampling needs, vectorised: everything after them
// looks only at the few blocks of a row that can matter. Thread-safe (no state).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace argosy {

/// Rows are summarised in blocks of so many columns (the last may be shorter).
inline constexpr size_t kScanBlock = 256;
inline size_t ScanBlocks(size_t columns) { return (columns + kScanBlock - 1) / kScanBlock; }

/// Writes each block's greatest value to `maxima` [ScanBlocks(row.size())] and returns the greatest
/// of all. NaN counts as absent; a block of nothing else gets -infinity.
float BlockMaxima(std::span<const float> row, std::span<float> maxima);
/// Writes the sum of exp((x - shift) * scale) of each block to `sums` and returns their sum. Blocks
/// whose terms are all below exp(-30) count as 0: over a vocabulary that is under 1e-7 of the whole
/// when `shift` is the row's maximum.
double BlockExpSums(std::span<const float> row, std::span<const float> maxima, float shift,
                    float scale, std::span<float> sums);
/// Sets every column whose bit is 0 to -infinity; bit i % 32 of word i / 32 is column i's. Columns
/// past the last word are set too.
void KeepMasked(std::span<float> row, std::span<const uint32_t> allowed);

}  // namespace argosy
