#include "engine/kernels/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include "model/half.h"

namespace argosy {
namespace {

constexpr int kBlockTokens = 16;

std::vector<float> Random(size_t n, uint32_t seed, float spread = 1) {
    std::mt19937 rng(seed);
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> x(n);
    for (float& v : x) v = normal(rng);
    return x;
}

struct Shape {
    int heads = 4, kv_heads = 2, head_dim = 64;
    KvType type = KvType::kF32;
    int window = 0;
    float softcap = 0;
};

/// What the cache gives back of a row of head_dim floats.
void RoundRow(KvType type, float* row, int n) {
    if (type == KvType::kF16) {
        for (int i = 0; i < n; ++i) row[i] = HalfToFloat(FloatToHalf(row[i]));
    } else if (type == KvType::kQ8_0) {
        for (int b = 0; b < n; b += 32) {
            float high = 0;
            for (int i = b; i < b + 32; ++i) high = std::max(high, std::abs(row[i]));
            const float scale = HalfToFloat(FloatToHalf(high * (1.0f / 127.0f)));
            for (int i = b; i < b + 32; ++i) {
                const float q = scale > 0 ? std::nearbyint(row[i] * (1.0f / scale)) : 0;
                row[i] = scale * std::clamp(q, -127.0f, 127.0f);
            }
        }
    }
}

/// One sequence's q, k and v, and attention in double precision.
struct Sequence {
    Shape shape;
    int tokens;
    std::vector<float> q, k, v;

    Sequence(const Shape& s, int n, uint32_t seed) : shape(s), tokens(n) {
        const auto rows = static_cast<size_t>(n);
        q = Random(rows * QColumns(), seed, 2);
        k = Random(rows * KvColumns(), seed + 1);
        v = Random(rows * KvColumns(), seed + 2);
    }
    size_t QColumns() const { return static_cast<size_t>(shape.heads * shape.head_dim); }
    size_t KvColumns() const { return static_cast<size_t>(shape.kv_heads * shape.head_dim); }
    float scale() const { return 1.0f / std::sqrt(static_cast<float>(shape.head_dim)); }

    /// Attention of `token` to keys [first, end), [heads * head_dim].
    std::vector<double> Exact(int token, int first, int end) const {
        const int dim = shape.head_dim;
        std::vector<float> rk = k, rv = v;
        for (size_t i = 0; i < k.size(); i += static_cast<size_t>(dim)) {
            RoundRow(shape.type, &rk[i], dim);
            RoundRow(shape.type, &rv[i], dim);
        }
        std::vector<double> out(QColumns());
        for (int h = 0; h < shape.heads; ++h) {
            const int kv = h / (shape.heads / shape.kv_heads);
            const float* query =
                &q[static_cast<size_t>(token) * QColumns() + static_cast<size_t>(h * dim)];
            std::vector<double> score;
            for (int j = first; j < end; ++j) {
                const float* key =
                    &rk[static_cast<size_t>(j) * KvColumns() + static_cast<size_t>(kv * dim)];
                double s = 0;
                for (int d = 0; d < dim; ++d) s += static_cast<double>(query[d]) * key[d];
                s *= scale();
                if (shape.softcap > 0) s = shape.softcap * std::tanh(s / shape.softcap);
                score.push_back(s);
            }
            const double max = *std::max_element(score.begin(), score.end());
            double sum = 0;
            for (double& s : score) sum += s = std::exp(s - max);
            for (int j = first; j < end; ++j) {
                const float* value =
                    &rv[static_cast<size_t>(j) * KvColumns() + static_cast<size_t>(kv * dim)];
                const double weight = score[static_cast<size_t>(j - first)] / sum;
                for (int d = 0; d < dim; ++d) {
                    out[static_cast<size_t>(h * dim + d)] += weight * value[d];
                }
            }
        }
        return out;
    }
};

/// A cache with scattered blocks; memory never written is NaN, so that reading it shows.
class Cache {
  public:
    Cache(const Shape& shape, int blocks) : shape_(shape) {
        const size_t bytes = static_cast<size_t>(blocks * kBlockTokens * shape.kv_heads) *
                             KvRowBytes(shape.type, shape.head_dim);
        k_.assign(bytes, std::byte{0xff});
        v_.assign(bytes, std::byte{0xff});
        free_.resize(static_cast<size_t>(blocks));
        std::iota(free_.begin(), free_.end(), 0);
        std::shuffle(free_.begin(), free_.end(), std::mt19937(7));
    }
    std::vector<int32_t> Take(int tokens) {
        std::vector<int32_t> blocks;
        for (int i = 0; i < (tokens + kBlockTokens - 1) / kBlockTokens; ++i) {
            blocks.push_back(free_.back());
            free_.pop_back();
        }
        return blocks;
    }
    KvLayer layer() {
        return {k_.data(), v_.data(), shape_.type, kBlockTokens, shape_.kv_heads, shape_.head_dim};
    }

  private:
    Shape shape_;
    std::vector<std::byte> k_, v_;
    std::vector<int32_t> free_;
};

/// Rows [begin, end) of a sequence as one part of a batch.
struct Part {
    const Sequence* sequence;
    const std::vector<int32_t>* blocks;
    int begin, end;
};

/// Stores and attends the parts as one batch; returns the rows' outputs.
std::vector<float> RunBatch(Cache& cache, const std::vector<Part>& parts, int threads) {
    const Sequence& first = *parts[0].sequence;
    std::vector<float> q, k, v;
    std::vector<AttentionSequence> sequences;
    for (const Part& p : parts) {
        const auto append = [&](std::vector<float>& to, const std::vector<float>& from,
                                size_t columns) {
            to.insert(to.end(), from.begin() + static_cast<int64_t>(p.begin * columns),
                      from.begin() + static_cast<int64_t>(p.end * columns));
        };
        append(q, p.sequence->q, p.sequence->QColumns());
        append(k, p.sequence->k, p.sequence->KvColumns());
        append(v, p.sequence->v, p.sequence->KvColumns());
        sequences.push_back({p.end - p.begin, p.begin, *p.blocks});
    }
    ThreadPool pool(threads);
    Workspace workspace;
    const auto kv_columns = static_cast<int64_t>(first.KvColumns());
    const auto q_columns = static_cast<int64_t>(first.QColumns());
    StoreKv(pool, cache.layer(), sequences, k.data(), kv_columns, v.data(), kv_columns);
    std::vector<float> out(q.size(), std::nanf(""));
    PagedAttention(pool,
                   {.layer = cache.layer(),
                    .sequences = sequences,
                    .heads = first.shape.heads,
                    .q = q.data(),
                    .ldq = q_columns,
                    .out = out.data(),
                    .ldo = q_columns,
                    .scale = first.scale(),
                    .softcap = first.shape.softcap,
                    .window = first.shape.window},
                   workspace);
    return out;
}

std::vector<float> RunAlone(const Sequence& s, int threads = 1) {
    Cache cache(s.shape, 2 * (s.tokens / kBlockTokens + 1));
    const auto blocks = cache.Take(s.tokens);
    return RunBatch(cache, {{&s, &blocks, 0, s.tokens}}, threads);
}

void ExpectSameBits(const std::vector<float>& a, const std::vector<float>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(std::bit_cast<uint32_t>(a[i]), std::bit_cast<uint32_t>(b[i])) << "element " << i;
    }
}

void ExpectExact(const Sequence& s, const std::vector<float>& out, int first_row = 0) {
    for (int t = first_row; t < s.tokens; t += 1 + s.tokens / 9) {
        const int first = s.shape.window > 0 ? std::max(0, t - s.shape.window + 1) : 0;
        const auto want = s.Exact(t, first, t + 1);
        for (size_t i = 0; i < want.size(); ++i) {
            ASSERT_NEAR(out[static_cast<size_t>(t - first_row) * s.QColumns() + i], want[i], 1e-5)
                << "token " << t << " column " << i;
        }
    }
}

class PagedAttentionShapes : public ::testing::TestWithParam<Shape> {};

INSTANTIATE_TEST_SUITE_P(
    Shapes, PagedAttentionShapes,
    ::testing::Values(Shape{}, Shape{.type = KvType::kF16}, Shape{.type = KvType::kQ8_0},
                      Shape{.heads = 1, .kv_heads = 1, .head_dim = 8},
                      Shape{.heads = 3, .kv_heads = 3, .head_dim = 40, .type = KvType::kF16},
                      Shape{.heads = 8, .kv_heads = 1, .head_dim = 80},
                      Shape{.heads = 14, .kv_heads = 2, .head_dim = 96, .type = KvType::kQ8_0},
                      Shape{.heads = 6, .kv_heads = 1, .head_dim = 128, .type = KvType::kF16},
                      Shape{.heads = 71, .kv_heads = 1, .head_dim = 16},
                      Shape{.heads = 4, .kv_heads = 1, .head_dim = 256, .type = KvType::kQ8_0},
                      Shape{.window = 1}, Shape{.window = 50},
                      Shape{.type = KvType::kF16, .window = 600}, Shape{.softcap = 3},
                      Shape{.head_dim = 32, .window = 100, .softcap = 50}));

TEST_P(PagedAttentionShapes, IsSoftmaxAttention) {
    for (int tokens : {1, 5, 33, 700}) {
        const Sequence s(GetParam(), tokens, 11);
        ExpectExact(s, RunAlone(s));
    }
}

TEST_P(PagedAttentionShapes, ChunksBatchAndThreadsChangeNoBit) {
    const Sequence a(GetParam(), 1100, 21), b(GetParam(), 37, 31), c(GetParam(), 600, 41);
    const auto whole_a = RunAlone(a), whole_b = RunAlone(b), whole_c = RunAlone(c);
    for (int threads : {2, 3}) ExpectSameBits(RunAlone(a, threads), whole_a);

    // a in chunks of odd sizes, the last rows one by one, beside b whole and c's end.
    for (int threads : {1, 3}) {
        Cache cache(GetParam(), 200);
        const auto ba = cache.Take(a.tokens), bb = cache.Take(b.tokens), bc = cache.Take(c.tokens);
        RunBatch(cache, {{&c, &bc, 0, 590}}, threads);
        std::vector<float> got_a, got_b, got_c;
        const std::vector<int> cuts = {0, 1, 17, 500, 513, 1090, 1091, 1092, 1099, 1100};
        for (size_t i = 0; i + 1 < cuts.size(); ++i) {
            std::vector<Part> parts = {{&a, &ba, cuts[i], cuts[i + 1]}};
            if (i == 3) parts.insert(parts.begin(), {&b, &bb, 0, b.tokens});
            if (i == 5) parts.push_back({&c, &bc, 590, c.tokens});
            auto out = RunBatch(cache, parts, threads);
            if (i == 3) {
                got_b.assign(out.begin(), out.begin() + static_cast<int64_t>(whole_b.size()));
                out.erase(out.begin(), out.begin() + static_cast<int64_t>(whole_b.size()));
            }
            const auto rows = static_cast<size_t>(cuts[i + 1] - cuts[i]) * a.QColumns();
            got_a.insert(got_a.end(), out.begin(), out.begin() + static_cast<int64_t>(rows));
            if (i == 5) got_c.assign(out.begin() + static_cast<int64_t>(rows), out.end());
        }
        ExpectSameBits(got_a, whole_a);
        ExpectSameBits(got_b, whole_b);
        ExpectSameBits(got_c, {whole_c.end() - static_cast<int64_t>(got_c.size()), whole_c.end()});
    }
}

TEST(PagedAttention, OneQueryOverALongContextIsSplitAmongThreads) {
    const Sequence s({.heads = 8, .kv_heads = 1, .head_dim = 64, .type = KvType::kF16}, 5000, 51);
    std::vector<float> first;
    for (int threads : {1, 2, 7}) {
        Cache cache(s.shape, 400);
        const auto blocks = cache.Take(s.tokens);
        RunBatch(cache, {{&s, &blocks, 0, s.tokens - 1}}, 2);
        const auto out = RunBatch(cache, {{&s, &blocks, s.tokens - 1, s.tokens}}, threads);
        ExpectExact(s, out, s.tokens - 1);
        if (first.empty()) first = out;
        ExpectSameBits(out, first);
    }
}

TEST(PagedAttention, LargeScoresDoNotOverflow) {
    Sequence s({}, 100, 61);
    for (float& x : s.q) x *= 1000;
    const auto out = RunAlone(s);
    for (float x : out) ASSERT_TRUE(std::isfinite(x));
}

TEST(StoreKv, HoldsLargeNumbersAtTheLargestOfTheType) {
    const Shape shape{.heads = 2, .kv_heads = 2, .head_dim = 32, .type = KvType::kF16};
    Sequence s(shape, 3, 71);
    std::fill(s.v.begin(), s.v.end(), 1e6f);
    for (float x : RunAlone(s)) ASSERT_NEAR(x, 65504, 1);
}

TEST(StoreKv, BlocksOfZerosOrTinyNumbersAreZeros) {
    const Shape shape{.heads = 2, .kv_heads = 2, .head_dim = 32, .type = KvType::kQ8_0};
    Sequence s(shape, 3, 81);
    std::fill(s.v.begin(), s.v.end(), 1e-30f);
    for (float x : RunAlone(s)) ASSERT_EQ(x, 0);
}

struct DenseCase {
    bool causal;
    int window;
    int heads, kv_heads, head_dim;
};
class DenseAttentionCases : public ::testing::TestWithParam<DenseCase> {};
INSTANTIATE_TEST_SUITE_P(Cases, DenseAttentionCases,
                         ::testing::Values(DenseCase{false, 0, 4, 4, 32},
                                           DenseCase{true, 0, 4, 2, 64},
                                           DenseCase{false, 128, 3, 3, 64},
                                           DenseCase{false, 7, 2, 1, 24},
                                           DenseCase{true, 20, 2, 1, 128}));

TEST_P(DenseAttentionCases, EachInputSeesItselfOnly) {
    const DenseCase& c = GetParam();
    const Shape shape{.heads = c.heads, .kv_heads = c.kv_heads, .head_dim = c.head_dim};
    const std::vector<int> lengths = {1, 600, 0, 40};
    std::vector<Sequence> inputs;
    std::vector<float> q, k, v;
    for (size_t i = 0; i < lengths.size(); ++i) {
        inputs.emplace_back(shape, lengths[i], static_cast<uint32_t>(91 + 10 * i));
        q.insert(q.end(), inputs[i].q.begin(), inputs[i].q.end());
        k.insert(k.end(), inputs[i].k.begin(), inputs[i].k.end());
        v.insert(v.end(), inputs[i].v.begin(), inputs[i].v.end());
    }
    const auto q_columns = static_cast<int64_t>(inputs[0].QColumns());
    const auto kv_columns = static_cast<int64_t>(inputs[0].KvColumns());
    std::vector<float> one_thread;
    for (int threads : {1, 3}) {
        ThreadPool pool(threads);
        Workspace workspace;
        std::vector<float> out(q.size(), std::nanf(""));
        DenseAttentionArgs args;
        args.q = q.data(), args.k = k.data(), args.v = v.data(), args.out = out.data();
        args.ldq = args.ldo = q_columns;
        args.ldk = args.ldv = kv_columns;
        args.lengths = lengths;
        args.heads = c.heads, args.kv_heads = c.kv_heads, args.head_dim = c.head_dim;
        args.scale = inputs[0].scale();
        args.window = c.window;
        args.causal = c.causal;
        DenseAttention(pool, args, workspace);
        if (threads > 1) {
            ExpectSameBits(out, one_thread);
            continue;
        }
        one_thread = out;
        const float* row = out.data();
        for (const Sequence& s : inputs) {
            for (int t = 0; t < s.tokens; ++t, row += q_columns) {
                if (t % 13 != 0 && t != s.tokens - 1) continue;
                const int behind = c.window == 0 ? t : c.causal ? c.window - 1 : c.window / 2;
                const int ahead = c.causal ? 0 : c.window == 0 ? s.tokens : c.window / 2;
                const auto want =
                    s.Exact(t, std::max(0, t - behind), std::min(s.tokens, t + ahead + 1));
                for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(row[i], want[i], 1e-5);
            }
        }
    }
}

TEST(DenseAttention, CausalIsPagedAttentionToTheBit) {
    const Sequence s({}, 300, 101);
    ThreadPool pool(1);
    Workspace workspace;
    std::vector<float> out(s.q.size());
    const std::vector<int> lengths = {s.tokens};
    DenseAttentionArgs args;
    args.q = s.q.data(), args.k = s.k.data(), args.v = s.v.data(), args.out = out.data();
    args.ldq = args.ldo = static_cast<int64_t>(s.QColumns());
    args.ldk = args.ldv = static_cast<int64_t>(s.KvColumns());
    args.lengths = lengths;
    args.heads = s.shape.heads, args.kv_heads = s.shape.kv_heads;
    args.head_dim = s.shape.head_dim;
    args.scale = s.scale();
    args.causal = true;
    DenseAttention(pool, args, workspace);
    ExpectSameBits(out, RunAlone(s));
}

}  // namespace
}  // namespace argosy
