// Sequences as rows behind each other, without padding. Attention alone must know where one ends,
// and works on groups of sequences of about the same length.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/tokenizer.h"

namespace argosy::train {

/// Neighbouring sequences that attention takes as one matrix [sequences][length]; shorter ones are
/// padded there, and only there.
struct SequenceGroup {
    int64_t first_row = 0, rows = 0;
    int64_t length = 0;            // of the longest, tokens
    std::vector<int64_t> lengths;  // of each
    bool padded() const { return rows != length * static_cast<int64_t>(lengths.size()); }
};

struct PackedRows {
    std::vector<TokenId> tokens;
    std::vector<int32_t> positions;  // from 0 in each sequence
    std::vector<SequenceGroup> groups;
    std::vector<int64_t> first_row;  // of each sequence, in the order that they came in
};

/// The sequences must not be empty. Rows are ordered by the sequences' length.
PackedRows PackSequences(std::span<const std::span<const TokenId>> sequences);

}  // namespace argosy::train
