// How much of this core attention uses: arithmetic per second in prefill, cache bytes per second in
// decode, beside the core's own limits measured in the same run.
//   bench_attention [threads [part of a name]]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

#include "engine/kernels/attention.h"
#include "engine/kernels/machine_peaks.h"

namespace argosy {
namespace {

/// Seconds of the quickest of some runs.
template <typename Fn>
double Quickest(const Fn& fn) {
    double best = 1e30, spent = 0;
    for (int i = 0; i < 50 && (i < 3 || spent < 0.4); ++i) {
        const auto start = std::chrono::steady_clock::now();
        fn();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
        spent += took.count();
    }
    return best;
}

struct Run {
    const char* name;
    int heads, kv_heads, head_dim, rows, keys;
    KvType type;
};

void Measure(ThreadPool& pool, const Run& run, double gflops, double gbytes) {
    constexpr int kBlockTokens = 16;
    const int layers = run.rows == 1 ? 24 : 1;  // decode: more cache than the CPU's own
    const int blocks = (run.keys + kBlockTokens - 1) / kBlockTokens;
    const size_t row_bytes = KvRowBytes(run.type, run.head_dim);
    const size_t bytes = static_cast<size_t>(blocks * kBlockTokens * run.kv_heads) * row_bytes;
    std::vector<AlignedBuffer> k, v;
    for (int i = 0; i < layers; ++i) {
        k.emplace_back(bytes);
        v.emplace_back(bytes);
    }
    std::vector<int32_t> list(static_cast<size_t>(blocks));
    std::iota(list.begin(), list.end(), 0);
    const auto columns = static_cast<size_t>(run.heads) * static_cast<size_t>(run.head_dim);
    const auto kv_columns = static_cast<size_t>(run.kv_heads) * static_cast<size_t>(run.head_dim);
    std::mt19937 rng(1);
    std::normal_distribution<float> normal;
    std::vector<float> fill(static_cast<size_t>(run.keys) * kv_columns);
    for (float& x : fill) x = normal(rng);
    std::vector<float> q(static_cast<size_t>(run.rows) * columns), out(q.size());
    for (float& x : q) x = normal(rng);

    AttentionArgs args;
    args.heads = run.heads;
    args.q = q.data(), args.out = out.data();
    args.ldq = args.ldo = static_cast<int64_t>(columns);
    args.scale = 1.0f / std::sqrt(static_cast<float>(run.head_dim));
    const AttentionSequence all{run.keys, 0, list};
    const AttentionSequence last{run.rows, run.keys - run.rows, list};
    args.sequences = {&last, 1};
    const auto layer = [&](int i) {
        const auto at = static_cast<size_t>(i);
        return KvLayer{k[at].data(), v[at].data(), run.type,
                       kBlockTokens, run.kv_heads, run.head_dim};
    };
    const auto ld = static_cast<int64_t>(kv_columns);
    for (int i = 0; i < layers; ++i) {
        StoreKv(pool, layer(i), {&all, 1}, fill.data(), ld, fill.data(), ld);
    }
    Workspace workspace;
    const double seconds = Quickest([&] {
        for (int i = 0; i < layers; ++i) {
            args.layer = layer(i);
            PagedAttention(pool, args, workspace);
        }
    });
    double pairs = 0;  // (query, key) that are not masked
    for (int i = 0; i < run.rows; ++i) pairs += run.keys - i;
    const double flops = 4.0 * pairs * run.heads * run.head_dim * layers / seconds * 1e-9;
    const double read = 2.0 * static_cast<double>(bytes) * layers / seconds * 1e-9;
    fmt::print("{:28} {:9.3f} ms  {:7.1f} GFLOP/s ({:3.0f} % of FMA peak)  {:6.2f} GB/s of KV",
               run.name, seconds * 1e3, flops, 100 * flops / gflops, read);
    if (run.rows == 1) fmt::print(" ({:.0f} % of memory)", 100 * read / gbytes);
    fmt::print("\n");
}

}  // namespace

int BenchMain(int threads, std::string_view only) {
    ThreadPool pool(threads);
    const double gflops = MeasurePeakFlops(pool) * 1e-9, gbytes = MeasureReadBandwidth(pool) * 1e-9;
    fmt::print("{} threads: FMA {:.1f} GFLOP/s, memory {:.1f} GB/s\n", pool.threads(), gflops,
               gbytes);
    for (const Run& run : {
             Run{"prefill 512, 14/2 x 64 f16", 14, 2, 64, 512, 512, KvType::kF16},
             Run{"prefill 512, 16/8 x 128 f16", 16, 8, 128, 512, 512, KvType::kF16},
             Run{"prefill 2048, 16/8 x 128 f16", 16, 8, 128, 2048, 2048, KvType::kF16},
             Run{"chunk 512 of 4096, 16/8 x 128", 16, 8, 128, 512, 4096, KvType::kF16},
             Run{"prefill 512, 12/12 x 64 f32", 12, 12, 64, 512, 512, KvType::kF32},
             Run{"decode at 4096, 14/2 x 64 f16", 14, 2, 64, 1, 4096, KvType::kF16},
             Run{"decode at 4096, 16/8 x 128 f16", 16, 8, 128, 1, 4096, KvType::kF16},
             Run{"decode at 4096, 16/8 x 128 q8", 16, 8, 128, 1, 4096, KvType::kQ8_0},
             Run{"decode at 4096, 32/8 x 128 f16", 32, 8, 128, 1, 4096, KvType::kF16},
             Run{"decode at 4096, 8/8 x 128 f16", 8, 8, 128, 1, 4096, KvType::kF16},
         }) {
        if (std::string_view(run.name).find(only) == std::string_view::npos) continue;
        Measure(pool, run, gflops, gbytes);
    }
    return 0;
}

}  // namespace argosy

int main(int argc, char** argv) {
    return argosy::BenchMain(argc > 1 ? std::atoi(argv[1]) : 1, argc > 2 ? argv[2] : "");
}
