#include "engine/kernels/matmul.h"

#include <algorithm>
#include <array>
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

QuantizedRows Carve(Workspace& workspace, int m, int64_t in) {
    const auto rows = static_cast<size_t>(m), columns = static_cast<size_t>(in);
    const size_t blocks = columns / kBlock;
    const size_t q_bytes = RoundUp64(rows * columns);
    const size_t scale_bytes = RoundUp64(rows * blocks * sizeof(float));
    const size_t sum_bytes = RoundUp64(rows * blocks * 2 * sizeof(int16_t));
    std::byte* at = workspace.Get(q_bytes + 2 * scale_bytes + sum_bytes);
    QuantizedRows x;
    x.in = in;
    x.q = reinterpret_cast<int8_t*>(at);
    x.scale = reinterpret_cast<float*>(at + q_bytes);
    x.scaled_sum = reinterpret_cast<float*>(at + q_bytes + scale_bytes);
    x.sum16 = reinterpret_cast<int16_t*>(at + q_bytes + 2 * scale_bytes);
    return x;
}

QuantizedRows QuantizeRows(ThreadPool& pool, const MatrixKernels& kernels, const float* x, int m,
                           int64_t ldx, int64_t in, Workspace& workspace) {
    const QuantizedRows rows = Carve(workspace, m, in);
    constexpr int kRowsPerTask = 8;
    pool.Run((m + kRowsPerTask - 1) / kRowsPerTask, [&](int task, int) {
        const int end = std::min(m, (task + 1) * kRowsPerTask);
        for (int row = task * kRowsPerTask; row < end; ++row) {
            kernels.quantize_row(x + row * ldx, rows.Row(row));
        }
    });
    return rows;
}

// Rows of x in tiles on the outside: a tile stays in the first-level cache while the task's units,
// in the second-level cache, go by.
void RunPanels(const MatrixKernels& kernels, const MatMulJob& job, int first, int last,
               const QuantizedRows& x, int m) {
    const Weight& weight = *job.weight;
    for (int row = 0; row < m; row += kRowTile) {
        PanelTask task;
        task.x = x.Row(row);
        task.rows = std::min(kRowTile, m - row);
        task.ldy = job.ldy;
        for (int unit = first; unit < last; ++unit) {
            const int64_t out = int64_t{unit} * kPanel;
            task.panel = weight.data() + static_cast<size_t>(unit) * weight.stride();
            task.y = job.y + row * job.ldy + out;
            task.outs = static_cast<int>(std::min<int64_t>(kPanel, weight.out() - out));
            kernels.panel(weight.layout(), task);
        }
    }
}

void RunFloats(const MatrixKernels& kernels, const MatMulJob& job, int first, int last,
               const float* x, int m, int64_t ldx) {
    const Weight& weight = *job.weight;
    for (int row = 0; row < m; row += kFloatRows) {
        FloatTask task;
        task.stride = weight.stride();
        task.in = weight.in();
        task.x = x + row * ldx;
        task.ldx = ldx;
        task.rows = std::min(kFloatRows, m - row);
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
        if (DetectCpu().avx2) sets.push_back(&kAvx2Kernels);
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
    bool quantized = false;
    for (const MatMulJob& job : jobs) {
        ARGOSY_CHECK(job.weight->in() == in);
        quantized |= !IsFloat(*job.weight);
    }
    QuantizedRows rows;
    if (quantized) rows = QuantizeRows(pool, kernels, x, m, ldx, in, workspace);
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
            RunFloats(kernels, job, first, last, x, m, ldx);
        } else {
            RunPanels(kernels, job, first, last, rows, m);
        }
    });
}

}  // namespace argosy
