// The suite of stores over a real PostgreSQL with pgvector, where tests/qdrant/stores_test.py has
// started one and tells its URL (`ctest -L stores`); filters as SQL without one.
#include "retrieval/store/pgvector_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "retrieval/store/pgvector_filter.h"
#include "retrieval/store/store_export.h"
#include "retrieval/store/store_suite.h"

namespace argosy::retrieval {
namespace {

using testing::HasSubstr;
using testing::Not;

// Every test begins without collections; the database is the test's alone.
std::unique_ptr<Store> MakePgvector() {
    const char* url = std::getenv("ARGOSY_TEST_PGVECTOR");
    if (url == nullptr) return nullptr;
    auto store = OrThrow(OpenPgvectorStore(url));
    for (const CollectionConfig& config : OrThrow(store->Collections())) {
        OrThrow(store->DropCollection(config.name));
    }
    return store;
}

INSTANTIATE_TEST_SUITE_P(Pgvector, StoreSuite, testing::Values(&MakePgvector),
                         [](const auto&) { return "Pgvector"; });

Filter Parse(std::string_view text) { return OrThrow(ParseFilter(OrThrow(ParseJson(text)))); }

TEST(PgvectorFilter, PutsNoNameAndNoValueIntoTheStatement) {
    const std::string evil = R"x(a') OR 1=1; DROP TABLE t; --)x";
    Filter filter;
    filter.must.push_back({evil, MatchAny{{json::value(evil)}}});
    filter.should.push_back({evil, MatchExcept{{json::value(evil)}}});
    filter.should.push_back({evil, MatchText{evil}});
    filter.must_not.push_back({evil, Range{.gte = 1}});
    filter.must_not.push_back({evil, IsEmpty{}});
    std::vector<std::string> parameters = {"before"};
    const std::string sql = FilterToSql(filter, parameters);
    EXPECT_THAT(sql, Not(HasSubstr("DROP")));
    EXPECT_THAT(sql, HasSubstr("$2::jsonb"));
    EXPECT_THAT(sql, HasSubstr(fmt::format("${}", parameters.size())));
    EXPECT_THAT(sql, Not(HasSubstr(fmt::format("${}", parameters.size() + 1))));
    EXPECT_EQ(parameters[0], "before");
}

TEST(PgvectorFilter, IsTrueWhereThereIsNoCondition) {
    std::vector<std::string> parameters;
    EXPECT_EQ(FilterToSql({}, parameters), "TRUE");
    EXPECT_TRUE(parameters.empty());
}

class Pgvector : public testing::Test {
  protected:
    void SetUp() override {
        store_ = MakePgvector();
        if (!store_) GTEST_SKIP() << "no server: run `ctest -L stores`, which starts one";
    }
    std::unique_ptr<Store> store_;
};

// Over documents of every shape, the database's verdict is ours.
TEST_F(Pgvector, FiltersAsMatchesDoes) {
    const char* metadata[] = {R"({})",
                              R"({"a":1,"b":"red","c":true})",
                              R"({"a":1.0,"b":["red","blue"],"c":null})",
                              R"({"a":"1","b":[],"c":false,"d":{"e":5}})",
                              R"({"a":[1,2],"d":[{"e":1},{"e":"x"}],"d.e":7})",
                              R"({"b":"The Red hat's band","d":{"e":null}})",
                              R"({"b":"redder","a":-0.5,"q\"u'o\\te":"y"})"};
    const char* filters[] = {
        R"({"must":[{"key":"a","match":{"value":1}}]})",
        R"({"must":[{"key":"a","match":{"any":["1",2]}}]})",
        R"({"must":[{"key":"a","match":{"any":[]}}]})",
        R"({"must":[{"key":"b","match":{"except":["red"]}}]})",
        R"({"must":[{"key":"a","match":{"except":["red",1]}}]})",
        R"({"must":[{"key":"a","match":{"except":[]}}]})",
        R"({"must":[{"key":"c","match":{"value":true}}]})",
        R"({"must":[{"key":"a","range":{"gte":1,"lt":2}}]})",
        R"({"must":[{"key":"a","range":{"gt":-1e300}}]})",
        R"({"must":[{"key":"d.e","range":{"gte":5}}]})",
        R"({"must":[{"key":"d[].e","match":{"value":"x"}}]})",
        R"({"must":[{"is_empty":{"key":"b"}}]})",
        R"({"must":[{"is_empty":{"key":"d.e"}}]})",
        R"({"must":[{"is_null":{"key":"c"}}]})",
        R"({"must":[{"key":"b","match":{"text":"RED hat's"}}]})",
        R"({"must":[{"key":"b","match":{"text":"red"}}]})",
        R"({"must":[{"key":"b","match":{"text":""}}]})",
        R"({"must":[{"key":"q\"u'o\\te","match":{"value":"y"}}]})",
        R"({"must_not":[{"key":"a","match":{"value":1}}],"should":[{"key":"b","match":
            {"value":"redder"}},{"must":[{"is_empty":{"key":"a"}}]}]})"};
    OrThrow(store_->CreateCollection({.name = "f"}));
    std::vector<StoredDocument> documents;
    for (const char* text : metadata) {
        documents.push_back(MakeDocument(fmt::format("d{}", documents.size()), {"text"},
                                         OrThrow(ParseJson(text)).as_object(), 0));
    }
    OrThrow(store_->Upsert("f", documents));
    for (const char* text : filters) {
        const Filter filter = Parse(text);
        std::vector<std::string> ours, theirs;
        for (const StoredDocument& document : documents) {
            if (Matches(filter, document.chunks[0].chunk.metadata)) ours.push_back(document.id);
        }
        for (const auto& stored : OrThrow(store_->Scroll("f", filter, 100, "")).chunks) {
            theirs.push_back(stored.chunk.document_id);
        }
        EXPECT_EQ(theirs, ours) << text;
        EXPECT_EQ(OrThrow(store_->Count("f", filter)), ours.size()) << text;
    }
}

// Enough chunks that the index is asked; a filter that leaves few of them must not cost answers.
TEST_F(Pgvector, ComesBackWithAllThatMatchThroughTheIndex) {
    constexpr size_t kDimensions = 8;
    OrThrow(store_->CreateCollection({.name = "many", .dimensions = kDimensions}));
    std::vector<StoredDocument> documents;
    for (int n = 0; n < 7000; ++n) {
        documents.push_back(MakeDocument(fmt::format("d{}", n), {"x"}, {{"n", n}}, kDimensions));
    }
    OrThrow(store_->Upsert("many", documents));
    const auto found =
        OrThrow(store_->Search("many", {.vector = documents[4321].chunks[0].vector, .limit = 20}));
    ASSERT_EQ(found.hits.size(), 20U);
    EXPECT_FALSE(found.exact);
    EXPECT_EQ(found.hits[0].chunk.document_id, "d4321");
    const Filter most = Parse(R"({"must":[{"key":"n","range":{"gte":900}}]})");
    const auto filtered = OrThrow(store_->Search(
        "many", {.vector = documents[5].chunks[0].vector, .filter = most, .limit = 1500}));
    EXPECT_EQ(filtered.hits.size(), 1500U);
    EXPECT_EQ(filtered.matching, 6100U);
}

TEST_F(Pgvector, KeepsTextsThatPostgresqlCannot) {
    OrThrow(store_->CreateCollection({.name = "nul"}));
    const StoredDocument document =
        MakeDocument("d", {std::string("a\0b zebra", 9)}, {{"k\\", "x\\u0000"}}, 0);
    OrThrow(store_->Upsert("nul", std::span(&document, 1)));
    const auto hits = OrThrow(store_->Search("nul", {.text = "zebra"})).hits;
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].chunk.text,
              "a\xEF\xBF\xBD"
              "b zebra");
    EXPECT_EQ(hits[0].chunk.metadata, document.chunks[0].chunk.metadata);
}

TEST(PgvectorStore, SaysWhatIsWrongWithAUrlWithoutThePassword) {
    const auto wrong = OpenPgvectorStore("mysql://u:hunter2@h/db");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(wrong.error().ToString(), Not(HasSubstr("hunter2")));
    const auto nobody = OpenPgvectorStore("postgresql://u:hunter2@127.0.0.1:1/db");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(nobody.error().ToString(), Not(HasSubstr("hunter2")));
}

TEST(StoreExport, ReadsBackWhatItWroteAndSeesACutFile) {
    const auto file =
        std::filesystem::path(testing::TempDir()) / fmt::format("export_{}.jsonl", getpid());
    const auto document = MakeDocument("d", {"one", "two"}, {{"n", 1}}, 3);
    auto writer = OrThrow(ExportWriter::Create(file, {.name = "c", .dimensions = 3}));
    OrThrow(writer.Add(document));
    OrThrow(writer.Finish());
    std::vector<StoredDocument> read;
    const auto nothing = [](const CollectionConfig&) -> Result<void> { return {}; };
    const auto keep = [&](StoredDocument&& each) -> Result<void> {
        read.push_back(std::move(each));
        return {};
    };
    EXPECT_EQ(OrThrow(ReadExport(file, nothing, keep)).dimensions, 3U);
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read[0].hash, document.hash);
    EXPECT_EQ(read[0].chunks[1].vector, document.chunks[1].vector);
    EXPECT_EQ(read[0].chunks[1].chunk.text, "two");
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 16);
    EXPECT_EQ(ReadExport(file, nothing, keep).error().code, ErrorCode::kCorrupt);
    std::ofstream(file) << "{\"format\":\"other\"}\n";
    EXPECT_EQ(ReadExport(file, nothing, keep).error().code, ErrorCode::kCorrupt);
    std::filesystem::remove(file);
    EXPECT_EQ(ReadExport(file, nothing, keep).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace argosy::retrieval
