// How much of this machine the matrix products use: GB/s of weights in decode, arithmetic per
// second in prefill, beside the machine's own limits measured in the same run.
//   bench_matmul [threads [kernel set [type ...]]]     e.g.  bench_matmul 2 avx2 Q8_0 Q4_K
// One row of x reads the weights once, so memory bounds it; 512 rows are bound by arithmetic. Quick
// weights are cycled through, so that no cache holds them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "engine/kernels/cpu_features.h"
#include "engine/kernels/machine_peaks.h"
#include "engine/kernels/matmul.h"
#include "model/quantize.h"

namespace argosy {
namespace {

/// Seconds of the quickest of some runs.
template <typename Fn>
double Quickest(const Fn& fn) {
    double best = 1e30, spent = 0;
    for (int i = 0; i < 50 && (i < 3 || spent < 0.3); ++i) {
        const auto start = std::chrono::steady_clock::now();
        fn();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
        spent += took.count();
    }
    return best;
}

struct Shape {
    int64_t in, out;
};

/// A stored matrix; a few different rows, over and over.
std::vector<std::byte> RandomMatrix(DType type, const Shape& shape) {
    const auto in = static_cast<size_t>(shape.in), out = static_cast<size_t>(shape.out);
    const size_t row_bytes = RowBytes(type, in);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.05F);
    std::vector<float> row(in);
    std::vector<std::byte> bytes(row_bytes * out);
    for (size_t o = 0; o < out; ++o) {
        std::byte* at = bytes.data() + o * row_bytes;
        if (o >= 8) {
            std::copy_n(at - 8 * row_bytes, row_bytes, at);
            continue;
        }
        for (float& x : row) x = normal(random);
        OrThrow(QuantizeRow(type, row, {at, row_bytes}));
    }
    return bytes;
}

void Measure(ThreadPool& pool, DType type, const Shape& shape, double gbytes, double gflops) {
    const auto bytes = RandomMatrix(type, shape);
    const TensorView view{"w", type, {shape.in, shape.out, 1, 1}, bytes};
    const size_t copies = std::max<size_t>(1, (size_t{96} << 20) / bytes.size());
    std::vector<std::vector<std::byte>> stored(copies, bytes);
    std::vector<Weight> weights;
    const auto start = std::chrono::steady_clock::now();
    for (const auto& copy : stored) {
        TensorView one = view;
        one.bytes = copy;
        weights.push_back(OrThrow(Weight::Make(one, pool)));
    }
    const std::chrono::duration<double> made = std::chrono::steady_clock::now() - start;
    const double pack = static_cast<double>(bytes.size() * copies) / made.count() * 1e-9;

    std::mt19937 random(2);
    std::normal_distribution<float> normal;
    constexpr int kMost = 512;
    std::vector<float> x(static_cast<size_t>(kMost * shape.in));
    for (float& value : x) value = normal(random);
    std::vector<float> y(static_cast<size_t>(kMost * shape.out));
    Workspace workspace;
    const auto seconds = [&](int m, size_t count) {
        return Quickest([&] {
                   for (size_t i = 0; i < count; ++i) {
                       const MatMulJob job{&weights[i], y.data(), shape.out};
                       MatMul(pool, {&job, 1}, x.data(), m, shape.in, workspace);
                   }
               }) /
               static_cast<double>(count);
    };
    const double one = seconds(1, copies), eight = seconds(8, copies);
    const double many = shape.out > 20000 ? 0 : seconds(kMost, 1);
    const double products = static_cast<double>(shape.in * shape.out) * 2e-9;
    const double read = static_cast<double>(weights[0].bytes()) / one * 1e-9;
    fmt::print("{:6} {:5} x {:6}  1 row {:6.1f} GB/s ({:3.0f} % of memory)  8 rows {:6.1f} GOP/s",
               FindDType(type)->name, shape.in, shape.out, read, 100 * read / gbytes,
               products * 8 / eight);
    if (many > 0) {
        const double rate = products * kMost / many;
        fmt::print("  512 rows {:6.1f} GOP/s ({:3.0f} % of FMA peak)", rate, 100 * rate / gflops);
    }
    fmt::print("  packing {:5.2f} GB/s\n", pack);
}

int BenchMain(int threads, const std::string& set, std::vector<std::string> types) {
    if (!set.empty() && !UseKernelSet(set)) {
        fmt::print(stderr, "no kernel set {} on this CPU\n", set);
        return 1;
    }
    if (types.empty()) types = {"Q8_0", "Q4_0", "Q4_K", "Q6_K", "BF16"};
    ThreadPool pool(threads);
    const double gbytes = MeasureReadBandwidth(pool) * 1e-9, gflops = MeasurePeakFlops(pool) * 1e-9;
    fmt::print("{}, {} threads: memory {:.1f} GB/s, F32 FMA {:.1f} GFLOP/s\n", DescribeKernels(),
               pool.threads(), gbytes, gflops);
    for (const std::string& name : types) {
        const auto type = DTypeByName(name);
        if (!type) {
            fmt::print(stderr, "no type {}\n", name);
            return 1;
        }
        for (const Shape& shape :
             {Shape{1024, 1024}, Shape{1024, 3072}, Shape{3072, 1024}, Shape{2048, 6144},
              Shape{1024, 151936}}) {  // of qwen3 0.6B and 1.7B; the last is the output matrix
            Measure(pool, *type, shape, gbytes, gflops);
        }
    }
    return 0;
}

}  // namespace
}  // namespace argosy

int main(int argc, char** argv) {
    return argosy::BenchMain(argc > 1 ? std::atoi(argv[1]) : 0, argc > 2 ? argv[2] : "",
                             {argv + std::min(argc, 3), argv + argc});
}
