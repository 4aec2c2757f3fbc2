#include "retrieval/index/hnsw.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "retrieval/index/hnsw_file.h"
#include "retrieval/index/quantized_dot.h"

namespace argosy::retrieval {
namespace {

// Points near a few centres, on a plane of few dimensions, as embeddings of texts are.
std::vector<float> Clustered(size_t count, size_t dimensions, uint64_t seed) {
    constexpr size_t kIntrinsic = 12, kCentres = 30;
    std::mt19937_64 space(7), points(seed);
    std::normal_distribution<float> normal;
    std::vector<float> basis(kIntrinsic * dimensions), centres(kCentres * kIntrinsic);
    for (float& x : basis) x = normal(space);
    for (float& x : centres) x = normal(space);
    std::vector<float> out(count * dimensions);
    for (size_t i = 0; i < count; ++i) {
        const size_t centre = points() % kCentres;
        for (size_t k = 0; k < kIntrinsic; ++k) {
            const float at = centres[centre * kIntrinsic + k] + 0.5F * normal(points);
            for (size_t d = 0; d < dimensions; ++d) {
                out[i * dimensions + d] += at * basis[k * dimensions + d];
            }
        }
    }
    return out;
}

double ExactScore(std::span<const float> a, std::span<const float> b, Metric metric) {
    double dot = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        dot += static_cast<double>(a[i]) * b[i];
        aa += static_cast<double>(a[i]) * a[i];
        bb += static_cast<double>(b[i]) * b[i];
    }
    if (metric == Metric::kDot) return dot;
    return metric == Metric::kCosine ? dot / std::sqrt(aa * bb) : 2 * dot - aa - bb;
}

std::set<Slot> ExactTop(std::span<const float> all, std::span<const float> q, size_t limit,
                        Metric metric, const SlotSet* allowed) {
    std::vector<std::pair<double, Slot>> scored;
    for (size_t i = 0; i < all.size() / q.size(); ++i) {
        const auto slot = static_cast<Slot>(i);
        if (allowed != nullptr && !allowed->Has(slot)) continue;
        scored.emplace_back(-ExactScore(q, all.subspan(i * q.size(), q.size()), metric), slot);
    }
    std::ranges::sort(scored);
    std::set<Slot> top;
    for (size_t i = 0; i < std::min(limit, scored.size()); ++i) top.insert(scored[i].second);
    return top;
}

struct World {
    size_t dimensions = 40;
    std::vector<float> vectors, questions;
    Hnsw index;

    World(size_t count, Metric metric, size_t threads = 1)
        : vectors(Clustered(count, dimensions, 1)),
          questions(Clustered(50, dimensions, 2)),
          index(dimensions, metric, {}) {
        index.Add(vectors, threads);
    }
    std::span<const float> Question(size_t i) const {
        return std::span(questions).subspan(i * dimensions, dimensions);
    }
    double Recall(size_t beam, Metric metric, const SlotSet* allowed = nullptr) const {
        double found = 0, all = 0;
        for (size_t i = 0; i < questions.size() / dimensions; ++i) {
            const auto truth = ExactTop(vectors, Question(i), 10, metric, allowed);
            const auto hits = index.Search(Question(i), 10, beam, allowed);
            EXPECT_EQ(hits.size(), truth.size());
            EXPECT_TRUE(std::ranges::is_sorted(hits, IsBetter));
            for (const SlotScore& hit : hits) found += truth.contains(hit.slot);
            all += static_cast<double>(truth.size());
        }
        return found / all;
    }
};

RC_GTEST_PROP(QuantizedDot, IsFloatsProduct, ()) {
    const size_t size = *rc::gen::inRange<size_t>(1, 700);
    std::mt19937_64 random(*rc::gen::arbitrary<uint64_t>());
    std::normal_distribution<float> normal;
    std::vector<float> a(size), b(size);
    for (float& x : a) x = normal(random);
    for (float& x : b) x = 1000 * normal(random);
    VectorRows rows(size, Metric::kDot);
    rows.Resize(1);
    rows.Set(0, b);
    const double exact = ExactScore(a, b, Metric::kDot);
    const double lengths =
        std::sqrt(ExactScore(a, a, Metric::kDot) * ExactScore(b, b, Metric::kDot));
    const auto q = rows.Prepare(a);
    RC_ASSERT(std::abs(rows.Score(q, 0) - exact) <= 2e-5 * lengths + 1e-6);
    RC_ASSERT(std::abs(rows.Near(q, 0) - exact) <= 0.02 * lengths + 1e-6);
}

TEST(QuantizedDot, DoesNotOverflowAtTheLargestComponents) {
    for (const size_t size : {1, 64, 4096, 65536}) {
        const std::vector<float> ones(size, 1.0F);
        VectorRows rows(size, Metric::kDot);
        rows.Resize(1);
        rows.Set(0, ones);
        EXPECT_NEAR(rows.Score(rows.Prepare(ones), 0) / static_cast<double>(size), 1, 1e-2);
    }
}

TEST(Hnsw, FindsNearestByEachMetric) {
    for (const Metric metric : {Metric::kCosine, Metric::kDot, Metric::kEuclidean}) {
        const World world(10000, metric);
        EXPECT_GE(world.Recall(128, metric), metric == Metric::kDot ? 0.9 : 0.97)
            << static_cast<int>(metric);
        const auto hit = world.index.Search(world.Question(0), 1, 128)[0];
        const auto row = std::span(world.vectors).subspan(hit.slot * world.dimensions, 40);
        EXPECT_NEAR(hit.score / ExactScore(world.Question(0), row, metric), 1, 1e-3);
    }
}

TEST(Hnsw, FiltersLoseNoAnswers) {
    const World world(20000, Metric::kCosine);
    std::mt19937_64 random(3);
    for (const double share : {0.9, 0.5, 0.1, 0.01, 0.001}) {
        SlotSet allowed(20000);
        for (Slot slot = 0; slot < 20000; ++slot) {
            if (static_cast<double>(random() % 100000) < share * 100000) allowed.Add(slot);
        }
        EXPECT_GE(world.Recall(128, Metric::kCosine, &allowed), 0.99) << share;
    }
    SlotSet three(20000);
    for (const Slot slot : {5, 500, 5000}) three.Add(slot);
    EXPECT_EQ(world.index.Search(world.Question(0), 10, 64, &three).size(), 3U);
}

// What the filter lets pass is all on the far side from the question, where a walk would give up.
TEST(Hnsw, FiltersThatOpposeTheQuestionLoseNoAnswers) {
    const World world(20000, Metric::kCosine);
    const auto q = world.Question(0);
    std::vector<std::pair<double, Slot>> scored;
    for (Slot slot = 0; slot < 20000; ++slot) {
        const auto row = std::span(world.vectors).subspan(slot * 40UL, 40);
        scored.emplace_back(ExactScore(q, row, Metric::kCosine), slot);
    }
    std::ranges::sort(scored);
    SlotSet far(20000);
    for (size_t i = 0; i < 12000; ++i) far.Add(scored[i].second);
    const auto hits = world.index.Search(q, 10, 64, &far);
    ASSERT_EQ(hits.size(), 10U);
    // There the points lie so thick that some are equally far in single precision: by score, then.
    for (size_t i = 0; i < 10; ++i) {
        EXPECT_TRUE(far.Has(hits[i].slot));
        EXPECT_NEAR(hits[i].score, scored[11999 - i].first, 5e-5);
    }
}

TEST(Hnsw, RemovedSlotsAreNotFound) {
    World world(3000, Metric::kCosine);
    const Slot first = world.index.Search(world.Question(0), 1, 64)[0].slot;
    world.index.Remove(first);
    world.index.Remove(first);
    EXPECT_EQ(world.index.live(), 2999U);
    for (const SlotScore& hit : world.index.Search(world.Question(0), 50, 64)) {
        EXPECT_NE(hit.slot, first);
    }
    for (Slot slot = 0; slot < 2995; ++slot) world.index.Remove(slot);
    EXPECT_LE(world.index.Search(world.Question(0), 10, 64).size(), 5U);
    EXPECT_GE(world.index.Search(world.Question(0), 10, 64).size(), 4U);
}

TEST(Hnsw, BuiltByManyThreadsFindsAsMuch) {
    const World world(6000, Metric::kEuclidean, 4);
    EXPECT_GE(world.Recall(128, Metric::kEuclidean), 0.97);
}

TEST(Hnsw, AnswersOnFewOrEqualVectors) {
    Hnsw index(3, Metric::kCosine, {});
    const std::vector<float> q = {1, 2, 3};
    EXPECT_TRUE(index.Search(q, 5, 10).empty());
    index.Add(std::vector<float>{0, 0, 0});
    EXPECT_EQ(index.Search(q, 5, 10).size(), 1U);
    for (int i = 0; i < 5000; ++i) index.Add(q);
    EXPECT_EQ(index.Search(q, 100, 100).size(), 100U);
    EXPECT_TRUE(index.Search(q, 0, 10).empty());
}

std::filesystem::path TestFile() {
    return std::filesystem::path(testing::TempDir()) /
           testing::UnitTest::GetInstance()->current_test_info()->name();
}

TEST(HnswFile, OpensWhatItWroteAndTakesMore) {
    World world(9000, Metric::kEuclidean);
    std::vector<uint64_t> keys(9000);
    for (size_t i = 0; i < keys.size(); ++i) keys[i] = 3 * i;
    OrThrow(HnswFile::Write(TestFile(), world.index, "me", keys));
    auto opened = OrThrow(HnswFile::Open(TestFile(), "me", 40, Metric::kEuclidean, {}));
    EXPECT_EQ(opened.keys, keys);
    for (size_t i = 0; i < 20; ++i) {
        EXPECT_EQ(opened.index->Search(world.Question(i), 10, 64),
                  world.index.Search(world.Question(i), 10, 64));
    }
    opened.index->Add(world.questions);
    EXPECT_EQ(opened.index->Search(world.Question(7), 1, 64)[0].slot, 9007U);
    const auto other = HnswFile::Open(TestFile(), "you", 40, Metric::kEuclidean, {});
    EXPECT_EQ(other.error().code, ErrorCode::kInvalidArgument);
}

TEST(HnswFile, NamesWhatIsWrongWithAFile) {
    World world(500, Metric::kCosine);
    OrThrow(HnswFile::Write(TestFile(), world.index, "me", std::vector<uint64_t>(500, 1)));
    const auto open = [] { return HnswFile::Open(TestFile(), "me", 40, Metric::kCosine, {}); };
    EXPECT_THAT(open().error().ToString(), testing::HasSubstr("keys that do not rise"));
    std::filesystem::resize_file(TestFile(), 8192);
    EXPECT_THAT(open().error().ToString(), testing::HasSubstr("where its header asks for"));
    std::filesystem::resize_file(TestFile(), 10);
    EXPECT_EQ(open().error().code, ErrorCode::kCorrupt);
    std::filesystem::remove(TestFile());
    EXPECT_EQ(open().error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace argosy::retrieval
