#include "retrieval/search/knowledge_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "retrieval/store/embedded_store.h"

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

struct Item {
    const char *id, *title, *kind, *colour;
    int cents, grams, stock;
};

constexpr Item kItems[] = {
    {"1", "Alder Trail Parka", "jacket", "blue", 7900, 800, 3},
    {"2", "Birch Storm Shell", "jacket", "blue", 12900, 500, 0},
    {"3", "Cedar City Coat", "jacket", "red", 4900, 900, 1},
    {"4", "Dune Trail Tent", "tent", "red", 9900, 3000, 2},
    {"5", "Elm Trail Tent", "tent", "green", 19900, 2000, 2},
    {"6", "Fern Family Tent", "tent", "blue", 29900, 6000, 0},
};

class CountingReranker final : public Reranker {
  public:
    // The shortest text first.
    Result<std::vector<float>> Score(const std::string&,
                                     std::span<const std::string> texts) const override {
        std::vector<float> scores;
        for (const std::string& text : texts) scores.push_back(-static_cast<float>(text.size()));
        return scores;
    }
};

class KnowledgeSearchTest : public ::testing::Test {
  protected:
    KnowledgeSearchTest() {
        std::string name = ::testing::TempDir() + "argosy_search_XXXXXX";
        EXPECT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
        store_ = OrThrow(EmbeddedStore::Open(folder_));
        OrThrow(store_->CreateCollection({.name = "goods"}));
        for (const Item& item : kItems) Add(item);
        settings_.fields = {{.name = "price_cents", .words = {"price"}, .scale = 100},
                            {.name = "weight_g", .words = {"weight"}},
                            {.name = "colour", .synonyms = {{"blue", {"navy", "azure"}}}},
                            {.name = "kind"}};
        settings_.kind_field = "kind";
    }
    ~KnowledgeSearchTest() override {
        store_.reset();
        std::filesystem::remove_all(folder_);
    }

    void Add(const Item& item) {
        const std::string id = item.id;
        Chunk chunk{.id = id + "#0",
                    .document_id = id,
                    .text = std::string(item.title) + ", a " + item.colour + " " + item.kind,
                    .metadata = {{"title", item.title},
                                 {"kind", item.kind},
                                 {"colour", item.colour},
                                 {"price_cents", item.cents},
                                 {"weight_g", item.grams},
                                 {"stock", item.stock}}};
        const StoredDocument documents[] = {{id, "", {{std::move(chunk), {}}}}};
        OrThrow(store_->Upsert("goods", documents));
    }
    FoundPassages Find(const std::string& question, size_t limit = 4, const Filter& base = {}) {
        const KnowledgeSearch search(settings_, store_, "goods", nullptr, reranker_);
        return OrThrow(search.Search(question, limit, base));
    }
    std::vector<std::string> Ids(const std::string& question, size_t limit = 4) {
        std::vector<std::string> ids;
        for (const SearchHit& hit : Find(question, limit).hits)
            ids.push_back(hit.chunk.document_id);
        return ids;
    }

    std::filesystem::path folder_;
    std::shared_ptr<Store> store_;
    std::shared_ptr<const Reranker> reranker_;
    SearchSettings settings_;
};

TEST_F(KnowledgeSearchTest, GivesWhatMeetsTheQuestionsConditionsAndNothingElse) {
    EXPECT_THAT(Ids("do you have a blue jacket?"), UnorderedElementsAre("1", "2"));
    EXPECT_THAT(Ids("a blue jacket under $100"), ElementsAre("1"));
    EXPECT_THAT(Ids("jackets under 50 dollars"), ElementsAre("3"));
    EXPECT_THAT(Ids("a navy jacket under $100"), ElementsAre("1"));
    // Where the words of the question are in none of the texts, its conditions still count.
    EXPECT_THAT(Ids("anything under $50?"), ElementsAre("3"));
}

TEST_F(KnowledgeSearchTest, SaysWhatNothingMeetsAndShowsTheNearest) {
    const FoundPassages found = Find("a green jacket please");
    EXPECT_THAT(found.missing, ElementsAre("green"));
    EXPECT_THAT(found.hits, SizeIs(3));
    for (const SearchHit& hit : found.hits) EXPECT_EQ(hit.chunk.metadata.at("kind"), "jacket");
    EXPECT_THAT(Find("a tent under $20").missing, ElementsAre("under $20"));
    EXPECT_THAT(Find("a blue tent").missing, IsEmpty());
}

TEST_F(KnowledgeSearchTest, OrdersByWhatTheQuestionMeasures) {
    EXPECT_THAT(Ids("what is your cheapest tent?"), ElementsAre("4", "5", "6"));
    EXPECT_THAT(Ids("the most expensive jacket"), ElementsAre("2", "1", "3"));
    EXPECT_THAT(Ids("the lightest tent you have"), ElementsAre("5", "4", "6"));
    EXPECT_THAT(Ids("which jacket has the lowest weight?"), ElementsAre("2", "1", "3"));
    EXPECT_THAT(Ids("the cheapest of all", 2), ElementsAre("3", "1"));
    const json::array told = Find("the cheapest of all").explanation;
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].at("order"), "price_cents");
    EXPECT_EQ(told[0].at("complete"), true);
}

TEST_F(KnowledgeSearchTest, ShowsWhatIsNamedFirstWithItsOwnKindBesideIt) {
    EXPECT_THAT(Ids("is the Alder Trail Parka blue or red?"), ElementsAre("1", "2", "3"));
    EXPECT_EQ(Ids("the Elm Trail Tent's weight?")[0], "5");
    EXPECT_THAT(Ids("which is cheaper, the Elm Trail Tent or the Dune Trail Tent?"),
                ElementsAre("4", "5"));
    EXPECT_THAT(Ids("is the Cedar City Coat lighter than the Birch Storm Shell"),
                ElementsAre("2", "3"));
    settings_.related = 0;
    EXPECT_THAT(Ids("how heavy is the alder trail parka"), ElementsAre("1"));
}

TEST_F(KnowledgeSearchTest, ComparesWithAThingThatIsNamed) {
    EXPECT_THAT(Ids("a jacket, anything cheaper than the Alder Trail Parka"),
                ElementsAre("3", "1"));
    EXPECT_THAT(Ids("a red one, is there one cheaper than the Elm Trail Tent?"),
                ElementsAre("4", "5"));
    EXPECT_THAT(Ids("anything lighter than the Birch Storm Shell"), ElementsAre("2"));
}

TEST_F(KnowledgeSearchTest, PrefersWhatIsPreferredWhereThereIsAny) {
    settings_.preferred.must.push_back({"stock", Range{.gt = 0}});
    EXPECT_THAT(Ids("a blue jacket"), ElementsAre("1"));
    EXPECT_THAT(Ids("a blue tent"), ElementsAre("6"));  // sold out, and all there is
    EXPECT_THAT(Ids("the Birch Storm Shell"), ElementsAre("2", "1", "3"));
}

TEST_F(KnowledgeSearchTest, KeepsToTheCallersFilter) {
    Filter cheap;
    cheap.must.push_back({"price_cents", Range{.lt = 10000}});
    const FoundPassages found = Find("a blue jacket or the Elm Trail Tent", 4, cheap);
    for (const SearchHit& hit : found.hits) {
        EXPECT_LT(hit.chunk.metadata.at("price_cents").to_number<int>(), 10000);
    }
    EXPECT_FALSE(found.hits.empty());
}

TEST_F(KnowledgeSearchTest, SeesNewValuesOnceItReadsTheFieldsAgain) {
    KnowledgeSearch search(settings_, store_, "goods", nullptr, nullptr);
    EXPECT_THAT(OrThrow(search.Search("something in violet", 4)).hits, IsEmpty());
    Add({"7", "Gorse Kettle", "kettle", "violet", 1000, 700, 1});
    Add({"8", "Heath Kettle", "kettle", "violet", 2000, 700, 1});
    OrThrow(search.Refresh());
    const auto found = OrThrow(search.Search("something in violet", 4));
    EXPECT_THAT(found.hits, SizeIs(2));
    ASSERT_THAT(found.explanation, SizeIs(1));
    EXPECT_EQ(found.explanation[0].at("phrase"), "violet");
}

TEST_F(KnowledgeSearchTest, RerankersDecideTheOrder) {
    reranker_ = std::make_shared<CountingReranker>();
    EXPECT_THAT(Ids("a jacket", 2), ElementsAre("3", "1"));
}

// Two of the three best are one and the same thing; variety takes the third instead of the second.
TEST_F(KnowledgeSearchTest, VarietyWeighsRelevanceAgainstLikeness) {
    class ByFirstLetter final : public Embedder {
      public:
        size_t dimensions() const override { return 2; }
        Result<std::vector<std::vector<float>>> Embed(std::span<const std::string> texts,
                                                      TextRole) const override {
            std::vector<std::vector<float>> vectors;
            for (const std::string& text : texts) {
                vectors.push_back(text[0] == 'q'   ? std::vector<float>{0.8F, 0.6F}
                                  : text[0] == 'a' ? std::vector<float>{1, 0}
                                                   : std::vector<float>{0, 1});
            }
            return vectors;
        }
    };
    const auto embedder = std::make_shared<ByFirstLetter>();
    OrThrow(store_->CreateCollection({.name = "alike", .dimensions = 2}));
    for (const char* text : {"a cup", "a cup again", "big bowl"}) {
        Chunk chunk{
            .id = std::string(text) + "#0", .document_id = text, .text = text, .metadata = {}};
        auto vector = OrThrow(embedder->Embed(std::array{std::string(text)}, TextRole::kPassage));
        const StoredDocument documents[] = {{text, "", {{std::move(chunk), std::move(vector[0])}}}};
        OrThrow(store_->Upsert("alike", documents));
    }
    const auto found = [&](std::optional<double> variety) {
        SearchSettings settings{.lexical_weight = 0, .mmr = variety};
        const KnowledgeSearch search(settings, store_, "alike", embedder, nullptr);
        std::vector<std::string> texts;
        for (const SearchHit& hit : OrThrow(search.Search("q", 2)).hits) {
            texts.push_back(hit.chunk.text);
        }
        return texts;
    };
    EXPECT_THAT(found(std::nullopt), UnorderedElementsAre("a cup", "a cup again"));
    EXPECT_THAT(found(0.0), UnorderedElementsAre("a cup", "a cup again"));
    EXPECT_THAT(found(0.2), UnorderedElementsAre("a cup", "a cup again"));
    EXPECT_THAT(found(0.7), ElementsAre(::testing::StartsWith("a cup"), "big bowl"));
}

TEST_F(KnowledgeSearchTest, WithoutSelfQueryItIsASearch) {
    settings_.self_query = false;
    EXPECT_THAT(Ids("trail"), UnorderedElementsAre("1", "4", "5"));
    EXPECT_THAT(Find("a green jacket").missing, IsEmpty());
}

}  // namespace
}  // namespace argosy::retrieval
