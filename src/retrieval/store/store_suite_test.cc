#include "retrieval/store/store_suite.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <random>
#include <set>

namespace argosy::retrieval {

std::vector<float> MakeVector(uint64_t seed, size_t dimensions) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> vector(dimensions);
    for (float& x : vector) x = normal(random);
    return vector;
}

StoredDocument MakeDocument(const std::string& id, const std::vector<std::string>& texts,
                            const json::object& metadata, size_t dimensions) {
    StoredDocument document{id, "hash of " + id, {}};
    for (size_t i = 0; i < texts.size(); ++i) {
        StoredChunk stored{{fmt::format("{}#{}", id, i), id, i * 100, texts[i], metadata}};
        stored.vector = MakeVector(std::hash<std::string>()(stored.chunk.id), dimensions);
        document.chunks.push_back(std::move(stored));
    }
    return document;
}

namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr size_t kDimensions = 16;

Filter Parse(std::string_view text) { return OrThrow(ParseFilter(OrThrow(ParseJson(text)))); }

std::vector<std::string> Ids(const std::vector<SearchHit>& hits) {
    std::vector<std::string> ids;
    for (const SearchHit& hit : hits) ids.push_back(hit.chunk.id);
    return ids;
}

StoredDocument Product(int n) {
    return MakeDocument(fmt::format("p{}", n),
                        {fmt::format("A waterproof jacket number{}", n), "Care: wash it cold."},
                        {{"price", 10 * n}, {"color", n % 2 == 0 ? "red" : "blue"}}, kDimensions);
}

void Fill(Store& store, int products, const std::string& name = "shop") {
    OrThrow(store.CreateCollection({.name = name, .dimensions = kDimensions}));
    std::vector<StoredDocument> documents;
    for (int n = 0; n < products; ++n) documents.push_back(Product(n));
    OrThrow(store.Upsert(name, documents));
}

TEST_P(StoreSuite, FindsByWordsByVectorAndByBoth) {
    Fill(*store_, 10);
    const auto words = OrThrow(store_->Search("shop", {.text = "jackets number7"}));
    ASSERT_FALSE(words.hits.empty());
    EXPECT_EQ(words.hits[0].chunk.id, "p7#0");
    EXPECT_EQ(words.hits[0].chunk.metadata.at("price").to_number<int>(), 70);
    const auto vector = Product(3).chunks[1].vector;
    const auto near = OrThrow(store_->Search("shop", {.vector = vector, .with_vectors = true}));
    ASSERT_EQ(near.hits.size(), 10U);
    EXPECT_EQ(near.hits[0].chunk.id, "p3#1");
    EXPECT_NEAR(near.hits[0].score, 1, 1e-3);
    EXPECT_EQ(near.hits[0].vector.size(), kDimensions);
    const auto both =
        OrThrow(store_->Search("shop", {.text = "number3 wash", .vector = vector, .limit = 20}));
    ASSERT_EQ(both.hits.size(), 20U);
    EXPECT_THAT(Ids({both.hits.begin(), both.hits.begin() + 2}), testing::Contains("p3#1"));
    const auto& best = both.hits[0];
    EXPECT_TRUE(best.vector_score && best.text_score);
    EXPECT_GE(best.score, both.hits[1].score);
}

TEST_P(StoreSuite, FiltersGiveAllThatMatchUpToTheLimit) {
    Fill(*store_, 40);
    const Filter red = Parse(R"({"must":[{"key":"color","match":{"value":"red"}},
                                         {"key":"price","range":{"lt":45}}]})");
    EXPECT_EQ(OrThrow(store_->Count("shop", red)), 6U);
    EXPECT_EQ(OrThrow(store_->Count("shop", {})), 80U);
    const auto near = OrThrow(
        store_->Search("shop", {.vector = MakeVector(1, kDimensions), .filter = red, .limit = 20}));
    EXPECT_THAT(Ids(near.hits),
                UnorderedElementsAre("p0#0", "p0#1", "p2#0", "p2#1", "p4#0", "p4#1"));
    const auto words = OrThrow(store_->Search("shop", {.text = "jacket", .filter = red}));
    EXPECT_THAT(Ids(words.hits), UnorderedElementsAre("p0#0", "p2#0", "p4#0"));
    const Filter text = Parse(R"({"must_not":[{"key":"color","match":{"except":["red"]}}]})");
    EXPECT_EQ(OrThrow(store_->Count("shop", text)), 40U);
}

TEST_P(StoreSuite, AnUpsertReplacesTheWholeDocument) {
    Fill(*store_, 5);
    const StoredDocument changed =
        MakeDocument("p3", {"A velvet curtain"}, {{"color", "green"}}, kDimensions);
    OrThrow(store_->Upsert("shop", std::span(&changed, 1)));
    EXPECT_EQ(OrThrow(store_->Count("shop", {})), 9U);
    EXPECT_THAT(Ids(OrThrow(store_->Search("shop", {.text = "velvet"})).hits), ElementsAre("p3#0"));
    EXPECT_TRUE(OrThrow(store_->Search("shop", {.text = "number3"})).hits.empty());
    const Filter blue = Parse(R"({"must":[{"key":"color","match":{"value":"blue"}}]})");
    EXPECT_EQ(OrThrow(store_->Count("shop", blue)), 2U);
}

TEST_P(StoreSuite, DeletesByDocument) {
    Fill(*store_, 5);
    const std::string gone[] = {"p1", "p2", "never"};
    EXPECT_EQ(OrThrow(store_->Delete("shop", gone)), 2U);
    EXPECT_EQ(OrThrow(store_->Count("shop", {})), 6U);
    EXPECT_TRUE(OrThrow(store_->Search("shop", {.text = "number2"})).hits.empty());
    const auto near =
        OrThrow(store_->Search("shop", {.vector = Product(1).chunks[0].vector, .limit = 100}));
    EXPECT_EQ(near.hits.size(), 6U);
    EXPECT_THAT(OrThrow(store_->DocumentHashes("shop")),
                ElementsAre(testing::Pair("p0", "hash of p0"), testing::Pair("p3", "hash of p3"),
                            testing::Pair("p4", "hash of p4")));
}

TEST_P(StoreSuite, ScrollsThroughAllOnce) {
    Fill(*store_, 12);
    const Filter blue = Parse(R"({"must":[{"key":"color","match":{"value":"blue"}}]})");
    std::set<std::string> seen;
    std::string from;
    for (int pages = 0; pages < 20; ++pages) {
        const auto page = OrThrow(store_->Scroll("shop", blue, 5, from));
        for (const StoredChunk& stored : page.chunks) {
            EXPECT_TRUE(seen.insert(stored.chunk.id).second);
            EXPECT_EQ(stored.vector.size(), kDimensions);
        }
        if (!page.next) break;
        from = *page.next;
    }
    EXPECT_EQ(seen.size(), 12U);
}

TEST_P(StoreSuite, ASnapshotIsRestoredUnderAnotherName) {
    Fill(*store_, 6);
    const auto file =
        std::filesystem::path(testing::TempDir()) / fmt::format("suite_{}.snapshot", getpid());
    OrThrow(store_->Snapshot("shop", file));
    OrThrow(store_->Restore("copy", file));
    EXPECT_EQ(OrThrow(store_->Count("copy", {})), 12U);
    EXPECT_EQ(OrThrow(store_->Search("copy", {.text = "number4"})).hits[0].chunk.id, "p4#0");
    EXPECT_EQ(store_->Restore("copy", file).error().code, ErrorCode::kAlreadyExists);
    OrThrow(store_->DropCollection("shop"));
    EXPECT_EQ(store_->Count("shop", {}).error().code, ErrorCode::kNotFound);
    EXPECT_EQ(OrThrow(store_->Collections()).size(), 1U);
}

TEST_P(StoreSuite, DescribesItsFields) {
    Fill(*store_, 10);
    for (const FieldSummary& field : OrThrow(store_->Fields("shop"))) {
        if (field.name == "price") {
            EXPECT_EQ(field.max, 90);
        }
        if (field.name == "color") {
            EXPECT_EQ(field.values.size(), 2U);
        }
    }
}

TEST_P(StoreSuite, RefusesWhatIsWrong) {
    Fill(*store_, 1);
    EXPECT_EQ(store_->CreateCollection({.name = "shop"}).error().code, ErrorCode::kAlreadyExists);
    EXPECT_EQ(store_->CreateCollection({.name = "../up"}).error().code,
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(store_->Search("shop", {}).error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(store_->Search("shop", {.vector = {1, 2}}).error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(store_->Search("none", {.text = "x"}).error().code, ErrorCode::kNotFound);
    StoredDocument wrong = MakeDocument("w", {"text"}, {}, 3);
    EXPECT_EQ(store_->Upsert("shop", std::span(&wrong, 1)).error().code,
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(OrThrow(store_->Count("shop", {})), 2U);
}

TEST_P(StoreSuite, ACollectionWithoutVectorsIsSearchedByWords) {
    OrThrow(store_->CreateCollection({.name = "words"}));
    const StoredDocument document = MakeDocument("d", {"red hat", "blue hat"}, {}, 0);
    OrThrow(store_->Upsert("words", std::span(&document, 1)));
    EXPECT_THAT(Ids(OrThrow(store_->Search("words", {.text = "blue"})).hits), ElementsAre("d#1"));
    EXPECT_FALSE(store_->Search("words", {.vector = {1}}).has_value());
}

}  // namespace
}  // namespace argosy::retrieval
