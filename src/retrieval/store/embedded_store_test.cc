#include "retrieval/store/embedded_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "retrieval/store/store_suite.h"

namespace argosy::retrieval {
namespace {

// Of this process: tests run beside each other.
std::filesystem::path FreshPath(const std::string& name) {
    const auto path =
        std::filesystem::path(testing::TempDir()) / fmt::format("argosy_store_{}", getpid()) / name;
    std::filesystem::remove_all(path);
    return path;
}

std::unique_ptr<Store> MakeEmbedded() {
    return OrThrow(EmbeddedStore::Open(FreshPath("suite"), {.threads = 1}));
}

INSTANTIATE_TEST_SUITE_P(Embedded, StoreSuite, testing::Values(&MakeEmbedded),
                         [](const auto&) { return "Embedded"; });

constexpr size_t kDimensions = 16;

void Put(Store& store, int from, int to) {
    std::vector<StoredDocument> documents;
    for (int n = from; n < to; ++n) {
        documents.push_back(MakeDocument(fmt::format("d{}", n), {fmt::format("word{} text", n)},
                                         {{"n", n}}, kDimensions));
    }
    OrThrow(store.Upsert("c", documents));
}

// Each document of [from, to) is found by its word and by its vector, and nothing else is there.
void ExpectDocuments(Store& store, int from, int to) {
    EXPECT_EQ(OrThrow(store.Count("c", {})), static_cast<size_t>(to - from));
    for (int n = from; n < to; n += 7) {
        const auto document = MakeDocument(fmt::format("d{}", n), {"x"}, {}, kDimensions);
        const auto words = OrThrow(store.Search("c", {.text = fmt::format("word{}", n)}));
        ASSERT_EQ(words.hits.size(), 1U) << n;
        const auto near =
            OrThrow(store.Search("c", {.vector = document.chunks[0].vector, .limit = 1}));
        EXPECT_EQ(near.hits[0].chunk.document_id, document.id);
    }
}

TEST(EmbeddedStore, ComesBackAsItWas) {
    const auto path = FreshPath("back");
    {
        auto store = OrThrow(EmbeddedStore::Open(path, {.threads = 1}));
        OrThrow(store->CreateCollection({.name = "c", .dimensions = kDimensions}));
        Put(*store, 0, 200);
    }
    EXPECT_TRUE(std::filesystem::exists(path / "c" / "vectors.hnsw"));
    auto store = OrThrow(EmbeddedStore::Open(path, {.threads = 1}));
    ExpectDocuments(*store, 0, 200);
}

// Whatever of a snapshot is missing, nothing is restored, and the store opens again.
TEST(EmbeddedStore, RefusesADamagedSnapshotAndStaysWhole) {
    const auto path = FreshPath("damaged");
    const auto file = path / "snapshot";
    auto store = OrThrow(EmbeddedStore::Open(path / "store", {.threads = 1}));
    OrThrow(store->CreateCollection({.name = "c", .dimensions = kDimensions}));
    Put(*store, 0, 200);
    OrThrow(store->Snapshot("c", file));
    for (auto size = std::filesystem::file_size(file) / 2; size > 100; size /= 2) {
        std::filesystem::resize_file(file, size);
        EXPECT_FALSE(store->Restore("copy", file)) << size;
    }
    EXPECT_EQ(OrThrow(store->Collections()).size(), 1U);
    store.reset();
    store = OrThrow(EmbeddedStore::Open(path / "store", {.threads = 1}));
    ExpectDocuments(*store, 0, 200);
}

// The file is of an earlier state: what came later is added, what went is taken out.
TEST(EmbeddedStore, BringsAnOldIndexFileUpToDate) {
    const auto path = FreshPath("old");
    const auto file = path / "c" / "vectors.hnsw", kept = path / "kept.hnsw";
    {
        auto store = OrThrow(EmbeddedStore::Open(path, {.threads = 1}));
        OrThrow(store->CreateCollection({.name = "c", .dimensions = kDimensions}));
        Put(*store, 0, 100);
    }
    std::filesystem::copy_file(file, kept);
    {
        auto store = OrThrow(EmbeddedStore::Open(path, {.threads = 1}));
        Put(*store, 50, 150);  // the first half of these anew
        std::vector<std::string> gone;
        for (int n = 0; n < 20; ++n) gone.push_back(fmt::format("d{}", n));
        EXPECT_EQ(OrThrow(store->Delete("c", gone)), 20U);
    }
    std::filesystem::copy_file(kept, file, std::filesystem::copy_options::overwrite_existing);
    auto store = OrThrow(EmbeddedStore::Open(path, {.threads = 1}));
    ExpectDocuments(*store, 20, 150);
}

TEST(EmbeddedStore, BuildsAnewWhereTheIndexFileIsDamagedOrMissing) {
    const auto path = FreshPath("damaged");
    const auto file = path / "c" / "vectors.hnsw";
    {
        auto store = OrThrow(EmbeddedStore::Open(path, {.threads = 1}));
        OrThrow(store->CreateCollection({.name = "c", .dimensions = kDimensions}));
        Put(*store, 0, 60);
    }
    std::ofstream(file, std::ios::trunc) << "nonsense";
    {
        auto store = OrThrow(EmbeddedStore::Open(path, {.threads = 1}));
        ExpectDocuments(*store, 0, 60);
    }
    std::filesystem::remove(file);
    auto store = OrThrow(EmbeddedStore::Open(path, {.threads = 1}));
    ExpectDocuments(*store, 0, 60);
}

TEST(EmbeddedStore, BuildsAnewWhenMuchIsGone) {
    auto store = OrThrow(EmbeddedStore::Open(FreshPath("stale"), {.threads = 1, .save_after = 50}));
    OrThrow(store->CreateCollection({.name = "c", .dimensions = kDimensions}));
    for (int round = 0; round < 4; ++round) Put(*store, 0, 600);
    ExpectDocuments(*store, 0, 600);
}

TEST(EmbeddedStore, OneOpenAtATime) {
    const auto path = FreshPath("lock");
    auto store = OrThrow(EmbeddedStore::Open(path));
    const auto second = EmbeddedStore::Open(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(second.error().message, testing::HasSubstr("has this store open"));
}

}  // namespace
}  // namespace argosy::retrieval
