// Packed rows as tensors, with what attention and RoPE need. For the sources of this folder.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <vector>

#include "engine/transformer/architecture.h"
#include "train/packing.h"

namespace argosy::train {

struct GroupTensors {
    int64_t first_row = 0, rows = 0, sequences = 0, length = 0;
    at::Tensor pad, unpad;            // undefined where nothing is padded
    std::map<int, at::Tensor> masks;  // by window; [1 or sequences][1][1][length][length]
};

struct Batch {
    PackedRows rows;
    std::vector<GroupTensors> groups;
    at::Tensor global_cos, global_sin;  // [rows][1][rotary_dim / 2]
    at::Tensor local_cos, local_sin;    // of sliding layers; undefined where as the others
    int64_t size() const { return static_cast<int64_t>(rows.tokens.size()); }
};

Batch MakeBatch(std::span<const std::span<const TokenId>> sequences, const Architecture& a,
                at::Device device);

}  // namespace argosy::train
