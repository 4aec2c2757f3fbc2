#include "train/torch/batch.h"

#include <limits>
#include <set>

namespace argosy::train {

namespace {

void FillRope(const RopeFrequencies& rope, const PackedRows& rows, at::Device device,
              at::Tensor& cos, at::Tensor& sin) {
    const auto count = static_cast<int64_t>(rows.positions.size());
    const int64_t half = rope.rotary_dim() / 2;
    cos = at::empty({count, 1, half}, at::kFloat);
    sin = at::empty({count, 1, half}, at::kFloat);
    for (int64_t i = 0; i < count; ++i) {
        rope.Fill(rows.positions[static_cast<size_t>(i)], cos.data_ptr<float>() + i * half,
                  sin.data_ptr<float>() + i * half);
    }
    cos = cos.to(device);
    sin = sin.to(device);
}

// Who sees whom, as the engine has it: a decoder's window counts the token itself; an encoder's
// lies half on each side.
bool Sees(const Architecture& a, int window, int64_t query, int64_t key) {
    if (!a.encoder) return key <= query && (window == 0 || query - key < window);
    return window == 0 || std::abs(query - key) <= window / 2;
}

at::Tensor MakeMask(const Architecture& a, int window, const SequenceGroup& group) {
    const int64_t length = group.length;
    // Causal rows never see the padding behind them; its own rows are dropped.
    const bool each = group.padded() && a.encoder;
    const int64_t count = each ? static_cast<int64_t>(group.lengths.size()) : 1;
    at::Tensor mask = at::zeros({count, 1, 1, length, length}, at::kFloat);
    float* out = mask.data_ptr<float>();
    for (int64_t s = 0; s < count; ++s) {
        const int64_t keys = each ? group.lengths[static_cast<size_t>(s)] : length;
        for (int64_t query = 0; query < length; ++query, out += length) {
            for (int64_t key = 0; key < length; ++key) {
                if (key < keys && Sees(a, window, query, key)) continue;
                out[key] = -std::numeric_limits<float>::infinity();
            }
        }
    }
    return mask;
}

at::Tensor Index(const std::vector<int64_t>& values, at::Device device) {
    return at::tensor(at::ArrayRef<int64_t>(values), at::kLong).to(device);
}

GroupTensors MakeGroup(const SequenceGroup& group, const Architecture& a, at::Device device) {
    GroupTensors tensors{
        group.first_row, group.rows, std::ssize(group.lengths), group.length, {}, {}, {}};
    if (group.padded()) {
        std::vector<int64_t> pad, unpad;
        int64_t first = 0;
        for (const int64_t length : group.lengths) {
            for (int64_t at = 0; at < group.length; ++at) {
                if (at < length) unpad.push_back(static_cast<int64_t>(pad.size()));
                pad.push_back(first + (at < length ? at : 0));
            }
            first += length;
        }
        tensors.pad = Index(pad, device);
        tensors.unpad = Index(unpad, device);
    }
    for (const int window : std::set<int>(a.windows.begin(), a.windows.end())) {
        const bool all = a.encoder && window == 0 && !group.padded();
        if (!all) tensors.masks[window] = MakeMask(a, window, group).to(device);
    }
    return tensors;
}

}  // namespace

Batch MakeBatch(std::span<const std::span<const TokenId>> sequences, const Architecture& a,
                at::Device device) {
    Batch batch;
    batch.rows = PackSequences(sequences);
    for (const SequenceGroup& group : batch.rows.groups) {
        batch.groups.push_back(MakeGroup(group, a, device));
    }
    if (a.rope == RopeKind::kNone) return batch;
    FillRope(a.global_rope, batch.rows, device, batch.global_cos, batch.global_sin);
    if (!a.local_rope.empty()) {
        FillRope(a.local_rope, batch.rows, device, batch.local_cos, batch.local_sin);
    }
    return batch;
}

}  // namespace argosy::train
