// Products of a question with stored rows in integers, by the CPU's widest instructions. A row is
// kept at 16 bits a component in two planes of bytes: the high bytes are an 8-bit quantisation that
// a search walks over (a quarter of float's memory traffic), the low ones make the best candidates'
// scores as good as float's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace argosy::retrieval {

/// Components are padded with zeros to whole cache lines of bytes.
inline size_t PaddedDimensions(size_t dimensions) { return (dimensions + 63) / 64 * 64; }

/// A vector v as integers: v[i] = scale * w[i] to within scale / 2, where scale = max|v| / 32512
/// and w[i] = 256 high[i] + low[i]. Both planes hold PaddedDimensions bytes. Returns the scale.
float QuantizeRow(std::span<const float> v, int8_t* high, int8_t* low);

/// A question: q[i] = scale * w[i], with w small enough that no product with a row overflows 32
/// bits.
struct QuantizedQuery {
    std::vector<int16_t> w;  // PaddedDimensions
    float scale = 0;

    explicit QuantizedQuery(std::span<const float> q);
    /// A stored row's high bytes as a question.
    QuantizedQuery(const int8_t* high, size_t padded, float row_scale);
};

/// sum over i of w[i] row[i].
using DotFunction = int32_t (*)(const int16_t* w, const int8_t* row, size_t padded);
/// The one for this CPU.
DotFunction BestDot();

}  // namespace argosy::retrieval
