// The suite of stores over QdrantStore: against our own face of Qdrant's API, where client and
// server meet (which proves that the two agree, not that a Qdrant would), and against a real Qdrant
// where QDRANT_URL names one.
#include "retrieval/store/qdrant_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "net/http_server.h"
#include "retrieval/face/qdrant_face.h"
#include "retrieval/store/embedded_store.h"
#include "retrieval/store/qdrant_points.h"
#include "retrieval/store/store_suite.h"

namespace argosy::retrieval {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::filesystem::path FreshPath() {
    static std::atomic<int> number = 0;
    const auto path = std::filesystem::path(testing::TempDir()) /
                      fmt::format("argosy_qdrant_{}_{}", getpid(), ++number);
    std::filesystem::remove_all(path);
    return path;
}

// An embedded store behind the face, served on loopback.
class Served {
  public:
    explicit Served(const std::string& key = "k3y")
        : path_(FreshPath()),
          store_(OrThrow(EmbeddedStore::Open(path_ / "store", {.threads = 1}))),
          face_(*store_, {.api_key = key, .snapshots = path_ / "snapshots", .workers = 2}) {
        Router router;
        face_.AddTo(router);
        ServerOptions options;
        options.threads = 1;
        http_ = std::make_unique<HttpServer>(options, router.AsHandler());
        OrThrow(http_->Start());
    }
    ~Served() {
        http_->Stop();
        std::filesystem::remove_all(path_);
    }
    std::string url() const { return fmt::format("http://127.0.0.1:{}", http_->port()); }

  private:
    std::filesystem::path path_;
    std::unique_ptr<EmbeddedStore> store_;
    QdrantFace face_;
    std::unique_ptr<HttpServer> http_;
};

// A store and the server that it talks to; batches small enough that the suite needs several.
class StoreOverFace final : public Store {
  public:
    StoreOverFace()
        : store_(OrThrow(
              OpenQdrantStore({.url = served_.url() + "/", .api_key = "k3y", .batch = 7}))) {}

    Result<void> CreateCollection(const CollectionConfig& c) override {
        return store_->CreateCollection(c);
    }
    Result<void> DropCollection(const std::string& n) override { return store_->DropCollection(n); }
    Result<std::vector<CollectionConfig>> Collections() override { return store_->Collections(); }
    Result<void> Upsert(const std::string& n, std::span<const StoredDocument> d) override {
        return store_->Upsert(n, d);
    }
    Result<size_t> Delete(const std::string& n, std::span<const std::string> ids) override {
        return store_->Delete(n, ids);
    }
    Result<std::map<std::string, std::string>> DocumentHashes(const std::string& n) override {
        return store_->DocumentHashes(n);
    }
    Result<std::vector<StoredChunk>> Read(const std::string& n, std::span<const std::string> ids,
                                          bool with_vectors) override {
        return store_->Read(n, ids, with_vectors);
    }
    Result<SearchResult> Search(const std::string& n, const SearchRequest& r) override {
        return store_->Search(n, r);
    }
    Result<ScrollPage> Scroll(const std::string& n, const Filter& f, size_t limit,
                              const std::string& from) override {
        return store_->Scroll(n, f, limit, from);
    }
    Result<size_t> Count(const std::string& n, const Filter& f) override {
        return store_->Count(n, f);
    }
    Result<std::vector<FieldSummary>> Fields(const std::string& n) override {
        return store_->Fields(n);
    }
    Result<void> Snapshot(const std::string& n, const std::filesystem::path& to) override {
        return store_->Snapshot(n, to);
    }
    Result<void> Restore(const std::string& n, const std::filesystem::path& from) override {
        return store_->Restore(n, from);
    }

  private:
    Served served_;
    std::unique_ptr<Store> store_;
};

std::unique_ptr<Store> MakeOverFace() { return std::make_unique<StoreOverFace>(); }

// A server of the tests' own: Argosy's collections in it are dropped.
std::unique_ptr<Store> MakeReal() {
    const char* url = std::getenv("QDRANT_URL");
    if (url == nullptr) return nullptr;
    const char* key = std::getenv("QDRANT_API_KEY");
    auto store = OrThrow(OpenQdrantStore({.url = url, .api_key = key == nullptr ? "" : key}));
    for (const CollectionConfig& config : OrThrow(store->Collections())) {
        OrThrow(store->DropCollection(config.name));
    }
    return store;
}

INSTANTIATE_TEST_SUITE_P(QdrantFace, StoreSuite, testing::Values(&MakeOverFace),
                         [](const auto&) { return "QdrantFace"; });
INSTANTIATE_TEST_SUITE_P(Qdrant, StoreSuite, testing::Values(&MakeReal),
                         [](const auto&) { return "Qdrant"; });

TEST(QdrantStore, KeepsTheHashOfADocumentWithoutChunks) {
    StoreOverFace store;
    OrThrow(store.CreateCollection({.name = "c", .dimensions = 4}));
    StoredDocument document = MakeDocument("d", {"one", "two", "three"}, {}, 4);
    OrThrow(store.Upsert("c", std::span(&document, 1)));
    document.chunks.clear();
    document.hash = "of nothing";
    OrThrow(store.Upsert("c", std::span(&document, 1)));
    EXPECT_EQ(OrThrow(store.Count("c", {})), 0U);
    EXPECT_THAT(OrThrow(store.DocumentHashes("c")), ElementsAre(testing::Pair("d", "of nothing")));
    const std::string ids[] = {"d"};
    EXPECT_TRUE(OrThrow(store.Read("c", ids, true)).empty());
    EXPECT_EQ(OrThrow(store.Delete("c", ids)), 1U);
}

TEST(QdrantStore, RefusesAWrongKeyWithoutTellingIt) {
    const Served served;
    const auto wrong = OpenQdrantStore({.url = served.url(), .api_key = "hunter2"});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::kUnauthenticated);
    EXPECT_THAT(wrong.error().ToString(), HasSubstr("API key"));
    EXPECT_THAT(wrong.error().ToString(), Not(HasSubstr("hunter2")));
    EXPECT_EQ(OpenQdrantStore({.url = "ftp://h"}).error().code, ErrorCode::kInvalidArgument);
    const auto nobody = OpenQdrantStore({.url = "http://127.0.0.1:1", .tries = 1});
    EXPECT_EQ(nobody.error().code, ErrorCode::kUnavailable);
}

// A server that refuses so often, then answers.
struct Overloaded {
    explicit Overloaded(int refusals, Headers headers = {}) : left(refusals) {
        Router router;
        router.Add("GET", "/collections", [this, headers](const auto& exchange) {
            ++asked;
            if (left-- > 0) {
                exchange->Respond(asked % 2 == 0 ? 503 : 429, headers,
                                  R"({"status":{"error":"too much to do"}})");
            } else {
                exchange->Respond(200, {}, R"({"result":{"collections":[]},"status":"ok"})");
            }
        });
        http = std::make_unique<HttpServer>(ServerOptions{}, router.AsHandler());
        OrThrow(http->Start());
    }
    ~Overloaded() { http->Stop(); }
    Result<std::unique_ptr<Store>> Open(std::vector<milliseconds>& waits) const {
        return OpenQdrantStore({.url = fmt::format("http://127.0.0.1:{}", http->port()),
                                .tries = 4,
                                .first_wait = milliseconds(100),
                                .wait = [&](milliseconds wait) { waits.push_back(wait); }});
    }
    std::atomic<int> left, asked = 0;
    std::unique_ptr<HttpServer> http;
};

TEST(QdrantStore, AsksAnOverloadedServerAgainLaterAndLater) {
    std::vector<milliseconds> waits;
    const Overloaded server(3);
    ASSERT_TRUE(server.Open(waits));
    EXPECT_THAT(waits, ElementsAre(milliseconds(100), milliseconds(200), milliseconds(400)));
    EXPECT_EQ(server.asked, 4);
}

TEST(QdrantStore, WaitsAsLongAsTheServerAsks) {
    std::vector<milliseconds> waits;
    const Overloaded server(1, {{"Retry-After", "3"}});
    ASSERT_TRUE(server.Open(waits));
    EXPECT_THAT(waits, ElementsAre(milliseconds(3000)));
}

TEST(QdrantStore, GivesUpWithTheServersWords) {
    std::vector<milliseconds> waits;
    const Overloaded server(100);
    const auto store = server.Open(waits);
    ASSERT_FALSE(store);
    EXPECT_EQ(waits.size(), 3U);
    EXPECT_THAT(store.error().ToString(), HasSubstr("too much to do"));
}

TEST(QdrantStore, SaysThatAnswersOfAnotherServerCannotBeRead) {
    Router router;
    router.Add("GET", "/collections", [](const auto& exchange) {
        exchange->Respond(200, {}, R"({"result":{"collections":[{"name":"c"}]}})");
    });
    router.Add("POST", "/collections/c/points", [](const auto& exchange) {
        exchange->Respond(200, {}, R"({"result":[{"payload":{"config":{"name":3}}}]})");
    });
    HttpServer http(ServerOptions{}, router.AsHandler());
    OrThrow(http.Start());
    const auto store =
        OrThrow(OpenQdrantStore({.url = fmt::format("http://127.0.0.1:{}", http.port())}));
    EXPECT_EQ(store->Collections().error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(store->Count("c", {}).error().code, ErrorCode::kCorrupt);
    http.Stop();
}

std::string FilterText(std::string_view filter) {
    const auto parsed = OrThrow(ParseFilter(OrThrow(ParseJson(filter))));
    return json::serialize(OrThrow(internal::QdrantFilter(parsed)));
}

TEST(QdrantFilter, IsOfTheMetadataAndOfChunksAlone) {
    EXPECT_EQ(json::serialize(OrThrow(internal::QdrantFilter({}))),
              R"({"must":[{"key":"argosy","match":{"value":"chunk"}}]})");
    EXPECT_THAT(FilterText(R"({"must":[{"key":"a.b","match":{"value":"x"}}]})"),
                HasSubstr(R"({"key":"metadata.a.b","match":{"any":["x"]}})"));
    EXPECT_THAT(FilterText(R"({"must":[{"key":"my color[].x","match":{"value":true}}]})"),
                HasSubstr(R"("metadata.\"my color\"[].x")"));
}

// Qdrant's match knows whole numbers only.
TEST(QdrantFilter, AsksForNumbersByRanges) {
    EXPECT_THAT(FilterText(R"({"must":[{"key":"n","match":{"any":[2.5,"x"]}}]})"),
                HasSubstr(R"({"key":"metadata.n","range":{"gte":2.5E0,"lte":2.5E0}})"));
}

TEST(QdrantFilter, RefusesWhatQdrantCannot) {
    Filter filter;
    filter.must.push_back({"n", MatchExcept{{json::value("x"), json::value(1)}}});
    EXPECT_EQ(internal::QdrantFilter(filter).error().code, ErrorCode::kUnsupported);
}

TEST(QdrantPoints, HaveIdsThatDependOnDocumentAndNumberAlone) {
    EXPECT_EQ(internal::PointIdOf("d", 1), internal::PointIdOf("d", 1));
    EXPECT_NE(internal::PointIdOf("d", 1), internal::PointIdOf("d", 2));
    EXPECT_NE(internal::PointIdOf("1#d", 2), internal::PointIdOf("d", 21));
    EXPECT_EQ(internal::PointIdOf("d", 1).size(), 36U);
}

TEST(QdrantPoints, WeighTermsAsBm25Does) {
    // Two terms, one of them twice: tf / (tf + k1 (1 - b + b length / mean)).
    const Bm25 bm25{.k1 = 1, .b = 0.5, .language = Language::kNone};
    const auto sparse = internal::SparseOf(bm25, "hat hat red");
    std::vector<double> values;
    for (const auto& x : sparse.at("values").as_array()) values.push_back(x.to_number<double>());
    std::ranges::sort(values);
    const double norm = 0.5 + 0.5 * 3 / internal::kMeanTerms;
    ASSERT_EQ(values.size(), 2U);
    EXPECT_NEAR(values[0], 1 / (1 + norm), 1e-9);
    EXPECT_NEAR(values[1], 2 / (2 + norm), 1e-9);
    EXPECT_TRUE(internal::SparseQuestion({}, "the of").empty());
}

}  // namespace
}  // namespace argosy::retrieval
