#include "model/starting_weights.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "model/random_weights.h"

namespace argosy {

namespace {

constexpr int64_t kPreviousHeads = 4, kInductionHeads = 3;
// Of the dimensions for earlier tokens, in twelfths: nearer ones tell more.
constexpr int64_t kTwelfths[kPreviousHeads + 1] = {0, 5, 8, 10, 12};
constexpr int64_t kFastPairs = 4;       // of the rotation, by which positions are told
constexpr float kPositionBias = 6.0f;   // its score is then some nats above its neighbours'
constexpr float kPreviousGain = 0.08f;  // about as large as the token itself
constexpr float kMatchGain = 3.0f;
constexpr float kCopyGain = 0.06f;
constexpr float kQuiet = 0.05f;  // what is left of a copying head's random values
constexpr float kDeviation = 0.02f;

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
    // What MatchOf compares of each earlier token has to be known of it, in a head's slow half.
    const int64_t known_of_second = previous * (kTwelfths[2] - kTwelfths[1]) / 12;
    const int64_t known_of_last = previous * (kTwelfths[4] - kTwelfths[3]) / 12;
    if (s.architecture == "qwen2" && s.layers >= 4 && s.heads >= kPreviousHeads &&
        s.kv_heads == s.heads && s.head_size % 16 == 0 && s.head_size > 0 &&
        previous * kTwelfths[1] / 12 <= s.head_size && known_of_second >= s.head_size / 4 &&
        known_of_last >= s.head_size / 8 &&
        (token + kInductionHeads - 1) / kInductionHeads <= s.head_size) {
        return {};
    }
    return Err(ErrorCode::kInvalidArgument,
               "--init recall needs architecture qwen2, at least 4 layers, 4 heads, as many "
               "key/value heads, and a head size of a quarter of the width");
}

/// What an induction head's slow dimension `n` of `all` compares: the tokens `back` before, in the
/// place `at` of what is known of them. The first head looks at two tokens, the others at four.
struct Match {
    int64_t back, at;
};
Match MatchOf(int64_t head, int64_t n, int64_t all) {
    const int64_t each = all / (head == 0 ? 2 : kPreviousHeads);
    return {n / each + 1, n % each};
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
        tensor.deviation = kDeviation / std::sqrt(2 * static_cast<float>(shape_.layers));
    } else {
        tensor.deviation = kDeviation;
    }
}

void StartingWeights::Change(const std::string& tensor, int64_t row,
                             std::span<float> values) const {
    if (!recall_) return;
    if (tensor == "token_embd.weight") {  // of length 1, in its own dimensions
        const auto token = static_cast<size_t>(token_dims_);
        Scale(values.first(token), 1 / kDeviation / std::sqrt(static_cast<float>(token_dims_)));
        Scale(values.subspan(token), kQuiet);
    }
    if (tensor.starts_with("blk.0.")) ChangePreviousHeads(tensor.substr(6), row, values);
    for (const std::string_view layer : {"blk.1.", "blk.3."}) {
        if (tensor.starts_with(layer)) ChangeInductionHeads(tensor.substr(6), row, values);
    }
}

int64_t StartingWeights::PreviousAt(int64_t back) const {
    return token_dims_ + previous_dims_ * kTwelfths[back - 1] / 12;
}

int64_t StartingWeights::PreviousSize(int64_t back) const {
    return token_dims_ + previous_dims_ * kTwelfths[back] / 12 - PreviousAt(back);
}

void StartingWeights::ChangePreviousHeads(const std::string& part, int64_t row,
                                          std::span<float> values) const {
    const int64_t size = shape_.head_size, head = row / size, at = row % size;
    if (part == "attn_q.bias" || part == "attn_k.bias") {
        // q rotated by i and k by j + back agree best where j is i - back.
        for (int64_t h = 0; h < kPreviousHeads; ++h) {
            const float bias = kPositionBias * std::sqrt(3.0f / kFastPairs) * (h == 0 ? 1 : 1.3f);
            for (int64_t pair = 0; pair < kFastPairs; ++pair) {
                const double speed =
                    std::pow(1e6, -2.0 * static_cast<double>(pair) / static_cast<double>(size));
                const double angle = part == "attn_k.bias" ? static_cast<double>(h + 1) * speed : 0;
                const auto first = static_cast<size_t>(h * size + pair);
                values[first] = bias * static_cast<float>(std::cos(angle));
                values[first + static_cast<size_t>(size / 2)] =
                    bias * static_cast<float>(std::sin(angle));
            }
        }
        return;
    }
    if (!part.starts_with("attn_") || part == "attn_norm.weight" || part == "attn_v.bias") return;
    if (head < kPreviousHeads || part == "attn_output.weight") Scale(values, kQuiet);
    if (part == "attn_v.weight" && head < kPreviousHeads && at < PreviousSize(head + 1)) {
        const std::vector<float>& from = basis_[static_cast<size_t>(at)];
        for (size_t i = 0; i < from.size(); ++i) values[i] += from[i];
    }
    if (part != "attn_output.weight") return;
    for (int64_t h = 0; h < kPreviousHeads; ++h) {
        const int64_t n = row - PreviousAt(h + 1);
        if (n < 0 || n >= PreviousSize(h + 1)) continue;
        values[static_cast<size_t>(h * size + n)] += kPreviousGain;
    }
}

void StartingWeights::ChangeInductionHeads(const std::string& part, int64_t row,
                                           std::span<float> values) const {
    const int64_t size = shape_.head_size, head = row / size, at = row % size;
    const int64_t copied = (token_dims_ + kInductionHeads - 1) / kInductionHeads;
    const bool copies = head < kInductionHeads;
    if (part == "attn_q.weight" || part == "attn_k.weight") {
        if (!copies) return;
        Scale(values, kQuiet);
        // The slow half of each half: near enough to no rotation over a prompt's length.
        const int64_t slow = at % (size / 2) - size / 4;
        if (slow < 0) return;
        const Match match = MatchOf(head, at / (size / 2) * (size / 4) + slow, size / 2);
        if (part == "attn_k.weight") {
            values[static_cast<size_t>(PreviousAt(match.back) + match.at)] += kMatchGain;
        } else if (match.back > 1) {
            values[static_cast<size_t>(PreviousAt(match.back - 1) + match.at)] += kMatchGain;
        } else {
            const auto& token = basis_[static_cast<size_t>(match.at)];
            for (size_t i = 0; i < token.size(); ++i) values[i] += kMatchGain * token[i];
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
