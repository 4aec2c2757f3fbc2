#include "engine/kernels/matmul.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/check.h"
#include "engine/kernels/cpu_features.h"
#include "engine/kernels/matrix_kernels.h"

namespace argosy {

namespace {

constexpr int64_t kMaxJobs = 8;
// What a task holds of the weights: as much as stays in the second-level cache while all rows of x
// go by, or for few rows a piece small enough to spread over the threads.
constexpr size_t kTaskBytes = 96 << 10;
// Rows of x are read again for each streamed row of weights: from the first-level cache or not at
// all.
constexpr size_t kStreamBytes = 24 << 10;

size_t RoundUp64(size_t bytes) { return (bytes + 63) / 64 * 64; }

bool IsFloat(const Weight& weight) {
    return weight.layout() == WeightLayout::kF32 || weight.layout() == WeightLayout::kF16 ||
           weight.layout() == WeightLayout::kBF16;
}

// Outputs that one weight unit (panel, or group of stored rows) has.
int UnitOuts(const Weight& weight) { return IsFloat(weight) ? kFloatOuts : kPanel; }

struct Plan {
    std::array<int, kMaxJobs + 1> first_task{};  // of each job; the last is the total
    std::array<int, kMaxJobs> units_per_task{};
};

Plan MakePlan(std::span<const MatMulJob> jobs, int threads) {
    Plan plan;
    int total = 0;
    for (size_t j = 0; j < jobs.size(); ++j) {
        const Weight& weight = *jobs[j].weight;
        const int outs = UnitOuts(weight);
        const auto units = static_cast<int>((weight.out() + outs - 1) / outs);
        const size_t unit_bytes = weight.stride() * (IsFloat(weight) ? kFloatOuts : 1);
        const auto fit = static_cast<int>(std::max<size_t>(1, kTaskBytes / unit_bytes));
        const int spread = std::max(1, units / (threads * 4));
        plan.units_per_task[j] = std::min(fit, spread);
        plan.first_task[j] = total;
        total += (units + plan.units_per_task[j] - 1) / plan.units_per_task[j];
    }
    for (size_t j = jobs.size(); j <= kMaxJobs; ++j) plan.first_task[j] = total;
    return plan;
}

// All rows of x rounded to int8, in tiles of kernels.row_tile rows (the last may have fewer).
class QuantizedRows {
  public:
    QuantizedRows(Workspace& workspace, int m, int64_t in, int tile_rows)
        : in_(in), m_(m), tile_rows_(tile_rows) {
        const auto rows = static_cast<size_t>(m), columns = static_cast<size_t>(in);
        const size_t blocks = columns / kBlock;
        const size_t q_bytes = RoundUp64(rows * columns);
        const size_t scale_bytes = RoundUp64(rows * blocks * sizeof(float));
        const size_t sum_bytes = RoundUp64(rows * blocks * 2 * sizeof(int16_t));
        std::byte* at = workspace.Get(q_bytes + 2 * scale_bytes + sum_bytes);
        q_ = reinterpret_cast<int8_t*>(at);
        scale_ = reinterpret_cast<float*>(at + q_bytes);
        scaled_sum_ = reinterpret_cast<float*>(at + q_bytes + scale_bytes);
        sum16_ = reinterpret_cast<int16_t*>(at + q_bytes + 2 * scale_bytes);
    }

    int tiles() const { return (m_ + tile_rows_ - 1) / tile_rows_; }
    int first_row(int tile) const { return tile * tile_rows_; }
    QuantizedTile Tile(int tile) const {
        const int64_t row = first_row(tile), blocks = in_ / kBlock;
        QuantizedTile x;
        x.q = q_ + row * in_;
        x.scale = scale_ + row * blocks;
        x.sum16 = sum16_ + row * blocks * 2;
        x.scaled_sum = scaled_sum_ + row * blocks;
        x.blocks = blocks;
        x.rows = std::min(tile_rows_, m_ - static_cast<int>(row));
        return x;
    }

  private:
    int64_t in_ = 0;
    int m_ = 0, tile_rows_ = 0;
    int8_t* q_ = nullptr;
    float *scale_ = nullptr, *scaled_sum_ = nullptr;
    int16_t* sum16_ = nullptr;
};

QuantizedRows QuantizeRows(ThreadPool& pool, const MatrixKernels& kernels, const float* x, int m,
                           int64_t ldx, int64_t in, Workspace& workspace) {
    const QuantizedRows rows(workspace, m, in, kernels.row_tile);
    pool.Run(rows.tiles(), [&](int index, int) {
        const QuantizedTile tile = rows.Tile(index);
        for (int r = 0; r < tile.rows; ++r) {
            kernels.quantize_row(x + (rows.first_row(index) + r) * ldx, tile, r);
        }
    });
    return rows;
}

// x as BF16, rows `in` apart.
const uint16_t* RoundRows(ThreadPool& pool, const MatrixKernels& kernels, const float* x, int m,
                          int64_t ldx, int64_t in, Workspace& workspace) {
    auto* rounded = reinterpret_cast<uint16_t*>(
        workspace.Get(static_cast<size_t>(m) * static_cast<size_t>(in) * sizeof(uint16_t)));
    pool.Run(m, [&](int row, int) { kernels.round_row(x + row * ldx, in, rounded + row * in); });
    return rounded;
}

// Rows of x in tiles on the outside: a tile stays in the first-level cache while the task's units,
// in the second-level cache, go by.
void RunPanels(const MatrixKernels& kernels, const MatMulJob& job, int first, int last,
               const QuantizedRows& x) {
    const Weight& weight = *job.weight;
    for (int tile = 0; tile < x.tiles(); ++tile) {
        PanelTask task;
        task.x = x.Tile(tile);
        task.ldy = job.ldy;
        for (int unit = first; unit < last; ++unit) {
            const int64_t out = int64_t{unit} * kPanel;
            task.panel = weight.data() + static_cast<size_t>(unit) * weight.stride();
            task.y = job.y + x.first_row(tile) * job.ldy + out;
            task.outs = static_cast<int>(std::min<int64_t>(kPanel, weight.out() - out));
            kernels.panel(weight.layout(), task);
        }
    }
}

struct FloatRows {
    const float* x = nullptr;
    int64_t ldx = 0;
    const uint16_t* rounded = nullptr;  // [m][in]
    int m = 0;
};

void RunFloats(const MatrixKernels& kernels, const MatMulJob& job, int first, int last,
               const FloatRows& rows) {
    const Weight& weight = *job.weight;
    const bool rounds = weight.layout() == WeightLayout::kBF16 && rows.rounded != nullptr;
    const size_t x_bytes = static_cast<size_t>(rows.m) * static_cast<size_t>(weight.in()) *
                           (rounds ? sizeof(uint16_t) : sizeof(float));
    const bool streams =
        kernels.streams && rows.m <= kStreamRows && (rows.m == 1 || x_bytes <= kStreamBytes);
    const int step = streams ? rows.m : kernels.float_rows;
    for (int row = 0; row < rows.m; row += step) {
        FloatTask task;
        task.streams = streams;
        task.stride = weight.stride();
        task.in = weight.in();
        task.ldx = rounds ? weight.in() : rows.ldx;
        task.x = rows.x + row * rows.ldx;
        if (rounds) task.rounded = rows.rounded + row * weight.in();
        task.rows = std::min(step, rows.m - row);
        task.ldy = job.ldy;
        for (int unit = first; unit < last; ++unit) {
            const int64_t out = int64_t{unit} * kFloatOuts;
            task.w = weight.data() + static_cast<size_t>(out) * weight.stride();
            task.y = job.y + row * job.ldy + out;
            task.outs = static_cast<int>(std::min<int64_t>(kFloatOuts, weight.out() - out));
            kernels.floats(weight.layout(), task);
        }
    }
}

}  // namespace

std::span<const MatrixKernels* const> AvailableKernels() {
    static const std::vector<const MatrixKernels*> available = [] {
        std::vector<const MatrixKernels*> sets;
#if defined(__x86_64__)
        const CpuFeatures& cpu = DetectCpu();
        if (cpu.avx2 && cpu.avx512_vnni && cpu.avx512_bf16) sets.push_back(&kAvx512Bf16Kernels);
        if (cpu.avx2 && cpu.avx512_vnni) sets.push_back(&kAvx512VnniKernels);
        if (cpu.avx2) sets.push_back(&kAvx2Kernels);
#elif defined(__aarch64__)
        if (DetectCpu().neon_dot) sets.push_back(&kNeonKernels);
#endif
        sets.push_back(&kPortableKernels);
        return sets;
    }();
    return available;
}

void MatMul(ThreadPool& pool, std::span<const MatMulJob> jobs, const float* x, int m, int64_t ldx,
            Workspace& workspace) {
    if (m <= 0 || jobs.empty()) return;
    ARGOSY_CHECK(jobs.size() <= kMaxJobs);
    const MatrixKernels& kernels = ActiveKernels();
    const int64_t in = jobs.front().weight->in();
    bool quantizes = false, rounds = false;
    for (const MatMulJob& job : jobs) {
        ARGOSY_CHECK(job.weight->in() == in);
        quantizes |= !IsFloat(*job.weight);
        rounds |= job.weight->layout() == WeightLayout::kBF16 && kernels.round_row != nullptr;
    }
    // One kind of copy at a time has the workspace: a layer's matrices that share their input are
    // nearly always of one kind.
    if (quantizes && rounds) {
        for (const MatMulJob& job : jobs) MatMul(pool, {&job, 1}, x, m, ldx, workspace);
        return;
    }
    std::optional<QuantizedRows> quantized;
    if (quantizes) quantized = QuantizeRows(pool, kernels, x, m, ldx, in, workspace);
    FloatRows floats{x, ldx, nullptr, m};
    if (rounds) floats.rounded = RoundRows(pool, kernels, x, m, ldx, in, workspace);
    const Plan plan = MakePlan(jobs, pool.threads());
    pool.Run(plan.first_task[jobs.size()], [&](int task, int) {
        size_t j = 0;
        while (task >= plan.first_task[j + 1]) ++j;
        const MatMulJob& job = jobs[j];
        const int outs = UnitOuts(*job.weight);
        const auto units = static_cast<int>((job.weight->out() + outs - 1) / outs);
        const int first = (task - plan.first_task[j]) * plan.units_per_task[j];
        const int last = std::min(units, first + plan.units_per_task[j]);
        if (IsFloat(*job.weight)) {
            RunFloats(kernels, job, first, last, floats);
        } else {
            RunPanels(kernels, job, first, last, *quantized);
        }
    });
}

}  // namespace argosy
