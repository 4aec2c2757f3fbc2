#include "engine/kernels/weight.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "engine/kernels/weight_pack.h"
#include "model/quantize.h"

namespace argosy {

namespace {

Result<void> CheckView(const TensorView& view) {
    const DTypeTraits* traits = FindDType(view.type);
    if (traits == nullptr || view.type == DType::kI32) {
        return At(view.name, {ErrorCode::kUnsupported,
                              fmt::format("no matrix kernel for elements of type {}",
                                          traits ? traits->name : "unknown"),
                              {}});
    }
    const int64_t in = view.columns();
    if (in <= 0 || view.rows() <= 0 || in % traits->block_elements != 0) {
        return At(view.name, {ErrorCode::kCorrupt,
                              fmt::format("rows of {} elements are not whole blocks of {} ({})", in,
                                          traits->name, traits->block_elements),
                              {}});
    }
    const auto bytes = static_cast<uint64_t>(in) / traits->block_elements * traits->block_bytes *
                       static_cast<uint64_t>(view.rows());
    if (view.bytes.size() == bytes) return {};
    return At(view.name, {ErrorCode::kCorrupt,
                          fmt::format("{} bytes for {} x {} elements of {}, which take {}",
                                      view.bytes.size(), view.rows(), in, traits->name, bytes),
                          {}});
}

// Float rows are read at memory's speed, and the pages of a mapped file are small: from huge pages
// of ours they come a tenth to a quarter faster. Below this size they fit a cache anyway.
constexpr size_t kCopyFrom = size_t{1} << 20;

AlignedBuffer Copy(std::span<const std::byte> bytes, ThreadPool& pool) {
    constexpr size_t kPiece = size_t{4} << 20;
    AlignedBuffer copy(bytes.size());
    pool.Run(static_cast<int>((bytes.size() + kPiece - 1) / kPiece), [&](int task, int) {
        const size_t at = static_cast<size_t>(task) * kPiece;
        std::memcpy(copy.data() + at, bytes.data() + at, std::min(kPiece, bytes.size() - at));
    });
    return copy;
}

}  // namespace

Result<Weight> Weight::Make(const TensorView& view, ThreadPool& pool) {
    ARGOSY_CHECK_OK(CheckView(view));
    Weight weight;
    weight.in_ = view.columns();
    weight.out_ = view.rows();
    weight.type_ = view.type;
    weight.layout_ = LayoutOf(view.type);
    const size_t row_bytes = view.bytes.size() / static_cast<size_t>(weight.out_);
    const size_t panel_bytes = PanelBytes(weight.layout_, weight.in_);
    if (panel_bytes == 0) {
        weight.view_ = view.bytes.data();
        weight.stride_ = row_bytes;
        weight.bytes_ = view.bytes.size();
        if (weight.bytes_ >= kCopyFrom) weight.owned_ = Copy(view.bytes, pool);
        return weight;
    }
    const auto panels = static_cast<size_t>((weight.out_ + kPanel - 1) / kPanel);
    weight.stride_ = panel_bytes;
    weight.bytes_ = panels * panel_bytes;
    weight.owned_ = AlignedBuffer(weight.bytes_);
    constexpr int kPanelsPerTask = 16;
    const int tasks = static_cast<int>((panels + kPanelsPerTask - 1) / kPanelsPerTask);
    pool.Run(tasks, [&](int task, int) {
        const size_t first = static_cast<size_t>(task) * kPanelsPerTask;
        for (size_t p = first; p < std::min(panels, first + kPanelsPerTask); ++p) {
            std::array<const std::byte*, kPanel> rows{};
            size_t count = 0;
            for (size_t row = p * kPanel; row < static_cast<size_t>(weight.out_) && count < kPanel;
                 ++row) {
                rows[count++] = view.bytes.data() + row * row_bytes;
            }
            PackPanel(view.type, std::span(rows).first(count), weight.in_,
                      weight.owned_.data() + p * panel_bytes);
        }
    });
    return weight;
}

void DequantizeRowFast(const TensorView& view, int64_t row, float* dst) {
    const size_t row_bytes = view.bytes.size() / static_cast<size_t>(view.rows());
    const auto bytes = view.bytes.subspan(static_cast<size_t>(row) * row_bytes, row_bytes);
    const auto done = DequantizeRow(view.type, bytes, {dst, static_cast<size_t>(view.columns())});
    ARGOSY_CHECK(done.has_value());  // the shape was checked when the weight was made
}

}  // namespace argosy
