#include "model/starting_weights.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "model/random_weights.h"

namespace argosy {

namespace {

constexpr int64_t kPreviousHeads = 2, kInductionHeads = 3;
constexpr int64_t kFastPairs = 3;       // of the rotation, by which the token before is told
constexpr float kPositionBias = 6.0f;   // its score is then 3 to 5 above its neighbours'
constexpr float kPreviousGain = 0.08f;  // about as large as the token itself
constexpr float kMatchGain = 1.6f;      // the same token scores about 10 above others
constexpr float kCopyGain = 0.06f;
constexpr float kQuiet = 0.05f;  // what is left of a copying head's random values

using Rows = std::vector<std::vector<float>>;

// Gram-Schmidt on random rows.
Rows RandomBasis(int64_t dims, uint64_t seed) {
    Rows basis;
    for (int64_t i = 0; i < dims; ++i) {
        std::vector<float> row(static_cast<size_t>(dims));
        FillNormal(seed + static_cast<uint64_t>(i) * 0xd1342543de82ef95, 0, 1, row);
        for (const std::vector<float>& other : basis) {
            double along = 0;
            for (size_t k = 0; k < row.size(); ++k) along += double{row[k]} * other[k];
            for (size_t k = 0; k < row.size(); ++k) {
                row[k] -= static_cast<float>(along) * other[k];
            }
        }
        double length = 0;
        for (const float value : row) length += double{value} * value;
        for (float& value : row) value = static_cast<float>(value / std::sqrt(length));
        basis.push_back(std::move(row));
    }
    return basis;
}

void Scale(std::span<float> values, float by) {
    for (float& value : values) value *= by;
}

Result<void> CheckRoom(const ModelShape& s) {
    const int64_t previous = s.width - s.width * 5 / 8, token = s.width - previous;
    if (s.architecture == "qwen2" && s.layers >= 4 && s.heads > kInductionHeads &&
        s.kv_heads == s.heads && previous / kPreviousHeads <= s.head_size &&
        previous / kInductionHeads <= s.head_size / 2 &&
        (token + kInductionHeads - 1) / kInductionHeads <= s.head_size && s.head_size >= 16) {
        return {};
    }
    return Err(ErrorCode::kInvalidArgument,
               "--init recall needs architecture qwen2, at least 4 layers, 4 heads, as many "
               "key/value heads, and a head size of at least a quarter of the width");
}

}  // namespace

Result<StartingWeights> StartingWeights::Create(const std::string& init, const ModelShape& shape,
                                                uint64_t seed) {
    if (init != "training" && init != "recall") {
        return Err(ErrorCode::kInvalidArgument,
                   "unknown --init \"{}\"; known are random, training, recall", init);
    }
    if (init == "recall") ARGOSY_CHECK_OK(CheckRoom(shape));
    return StartingWeights(shape, seed, init == "recall");
}

StartingWeights::StartingWeights(const ModelShape& shape, uint64_t seed, bool recall)
    : shape_(shape), recall_(recall) {
    if (!recall) return;
    token_dims_ = shape.width * 5 / 8;
    previous_dims_ = shape.width - token_dims_;
    basis_ = RandomBasis(token_dims_, seed ^ 0x5a5a);
    values_ = RandomBasis(token_dims_, seed ^ 0xa5a5);
}

void StartingWeights::Spread(RandomTensor& tensor) const {
    const std::string& name = tensor.view.name;
    if (name.ends_with("norm.weight")) {
        tensor.mean = 1;
        tensor.deviation = 0;
    } else if (name.ends_with(".bias")) {
        tensor.mean = tensor.deviation = 0;
    } else if (name.ends_with("attn_output.weight") || name.ends_with("ffn_down.weight")) {
        tensor.deviation = 0.02f / std::sqrt(2 * static_cast<float>(shape_.layers));
    } else {
        tensor.deviation = 0.02f;
    }
}

void StartingWeights::Change(const std::string& tensor, int64_t row,
                             std::span<float> values) const {
    if (!recall_) return;
    if (tensor == "token_embd.weight") {  // of length 1, in its own dimensions
        const auto token = static_cast<size_t>(token_dims_);
        Scale(values.first(token), 50 / std::sqrt(static_cast<float>(token_dims_)));
        Scale(values.subspan(token), kQuiet);
    }
    if (tensor.starts_with("blk.0.")) ChangePreviousHeads(tensor.substr(6), row, values);
    for (const std::string_view layer : {"blk.1.", "blk.3."}) {
        if (tensor.starts_with(layer)) ChangeInductionHeads(tensor.substr(6), row, values);
    }
}

void StartingWeights::ChangePreviousHeads(const std::string& part, int64_t row,
                                          std::span<float> values) const {
    const int64_t size = shape_.head_size, each = previous_dims_ / kPreviousHeads;
    const int64_t head = row / size, at = row % size;
    if (part == "attn_q.bias" || part == "attn_k.bias") {
        // q rotated by i and k by j + 1 agree best where j is i - 1.
        for (int64_t h = 0; h < kPreviousHeads; ++h) {
            for (int64_t pair = 0; pair < kFastPairs; ++pair) {
                const double angle =
                    std::pow(1e6, -2.0 * static_cast<double>(pair) / static_cast<double>(size));
                const bool key = part == "attn_k.bias";
                values[static_cast<size_t>(h * size + pair)] =
                    kPositionBias * static_cast<float>(key ? std::cos(angle) : 1.0);
                values[static_cast<size_t>(h * size + pair + size / 2)] =
                    kPositionBias * static_cast<float>(key ? std::sin(angle) : 0.0);
            }
        }
    } else if (part == "attn_q.weight" || part == "attn_k.weight") {
        if (head < kPreviousHeads) Scale(values, kQuiet);
    } else if (part == "attn_v.weight" && head < kPreviousHeads) {
        Scale(values, kQuiet);
        if (at >= each) return;
        const auto& from = basis_[static_cast<size_t>(head * each + at)];
        for (size_t i = 0; i < from.size(); ++i) values[i] += from[i];
    } else if (part == "attn_output.weight") {
        Scale(values.first(static_cast<size_t>(kPreviousHeads * size)), kQuiet);
        const int64_t n = row - token_dims_;
        if (n >= 0 && n < kPreviousHeads * each) {
            values[static_cast<size_t>(n / each * size + n % each)] += kPreviousGain;
        }
    }
}

void StartingWeights::ChangeInductionHeads(const std::string& part, int64_t row,
                                           std::span<float> values) const {
    const int64_t size = shape_.head_size, matched = previous_dims_ / kInductionHeads;
    const int64_t copied = (token_dims_ + kInductionHeads - 1) / kInductionHeads;
    const int64_t head = row / size, at = row % size;
    const bool copies = head < kInductionHeads;
    if (part == "attn_q.weight" || part == "attn_k.weight") {
        if (copies) Scale(values, kQuiet);
        // The slow half of each half: near enough to no rotation over a prompt's length.
        const int64_t slow = at % (size / 2) - size / 4;
        const int64_t n = at / (size / 2) * (matched / 2) + slow;
        if (!copies || slow < 0 || slow >= matched / 2) return;
        const auto& token = basis_[static_cast<size_t>(head * matched + n)];
        if (part == "attn_q.weight") {
            for (size_t i = 0; i < token.size(); ++i) values[i] += kMatchGain * token[i];
        } else {
            values[static_cast<size_t>(token_dims_ + head * matched + n)] += kMatchGain;
        }
    } else if (part == "attn_v.weight" && copies) {
        Scale(values, kQuiet);
        const int64_t n = head * copied + at;
        if (at >= copied || n >= token_dims_) return;
        const auto& from = values_[static_cast<size_t>(n)];
        for (size_t i = 0; i < from.size(); ++i) values[i] += from[i];
    } else if (part == "attn_output.weight") {
        Scale(values.first(static_cast<size_t>(kInductionHeads * size)), kQuiet);
        if (row >= token_dims_) return;
        for (int64_t n = 0; n < token_dims_; ++n) {
            values[static_cast<size_t>(n / copied * size + n % copied)] +=
                kCopyGain * values_[static_cast<size_t>(n)][static_cast<size_t>(row)];
        }
    }
}

}  // namespace argosy
