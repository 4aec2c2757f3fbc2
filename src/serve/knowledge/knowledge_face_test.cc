#include "serve/knowledge/knowledge_face.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/sse.h"
#include "net/testing/raw_client.h"
#include "retrieval/knowledge/testing/fake_embedder.h"
#include "retrieval/load/testing/loaded.h"
#include "retrieval/store/embedded_store.h"

namespace argosy::serve {
namespace {

using retrieval::testing::FakeEmbedder;
using ::testing::HasSubstr;

constexpr const char* kShop =
    "id,name,colour,price\n"
    "P/1,Alder Parka,blue,79\n"
    "P/2,Birch Tent,green,120\n"
    "P/3,Cedar Lamp,red,25\n";
constexpr const char* kBase = "/v1/knowledge_bases/shop";

std::vector<SseEvent> Events(const std::string& body) {
    std::vector<SseEvent> events;
    SseParser parser;
    OrThrow(parser.Feed(body, events));
    return events;
}

// A server with the declared knowledge base "shop" over an embedded store.
class KnowledgeFaceTest : public ::testing::Test {
  protected:
    void Start(KnowledgeFaceOptions options = {}, retrieval::KnowledgeBaseOptions base = {}) {
        store_ = OrThrow(retrieval::EmbeddedStore::Open(folder_.path() + "/store", {.threads = 1}));
        base.name = "shop";
        base.embedding_model = "words";
        base.batch_chunks = 1;
        OrThrow(set_->Add({.base = Open(std::move(base))}));
        options.create = [this](retrieval::KnowledgeBaseOptions asked) -> Result<KnowledgeEntry> {
            if (asked.embedding_model == "none-such") {
                return Err(ErrorCode::kNotFound, "There is no model 'none-such'");
            }
            ARGOSY_TRY(auto made, retrieval::KnowledgeBase::Open(
                                      std::move(asked), {.store = store_, .embedder = embedder_}));
            return KnowledgeEntry{.base = std::move(made)};
        };
        face_ = std::make_unique<KnowledgeFace>(set_, std::move(options));
        Router router;
        face_->AddTo(router);
        http_ = std::make_unique<HttpServer>(ServerOptions{}, router.AsHandler());
        OrThrow(http_->Start());
    }
    ~KnowledgeFaceTest() override {
        if (http_) http_->Stop();
        face_.reset();
    }

    std::shared_ptr<retrieval::KnowledgeBase> Open(retrieval::KnowledgeBaseOptions options) {
        return OrThrow(retrieval::KnowledgeBase::Open(std::move(options),
                                                      {.store = store_, .embedder = embedder_}));
    }
    std::string Url(std::string_view path) const {
        return fmt::format("http://127.0.0.1:{}{}", http_->port(), path);
    }
    HttpResponse Send(std::string method, const std::string& path, std::string body = {}) {
        return OrThrow(client_.Fetch(
            {.method = std::move(method), .url = Url(path), .body = std::move(body)}));
    }
    json::object Json(std::string method, const std::string& path, std::string body = {}) {
        const HttpResponse response = Send(std::move(method), path, std::move(body));
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body).as_object();
    }
    // The text of an error of that status.
    std::string Refused(int status, std::string method, const std::string& path,
                        std::string body = {}) {
        const HttpResponse response = Send(std::move(method), path, std::move(body));
        EXPECT_EQ(response.status, status) << response.body;
        return std::string(json::parse(response.body).at("error").at("message").as_string());
    }
    json::object Upload(const std::string& name, std::string body) {
        return Json("POST", std::string(kBase) + "/documents?stream=false&filename=" + name,
                    std::move(body));
    }

    retrieval::testing::TestFolder folder_;
    HttpClient client_;
    std::shared_ptr<retrieval::Store> store_;
    std::shared_ptr<FakeEmbedder> embedder_ = std::make_shared<FakeEmbedder>();
    std::shared_ptr<KnowledgeSet> set_ = std::make_shared<KnowledgeSet>();
    std::unique_ptr<KnowledgeFace> face_;
    std::unique_ptr<HttpServer> http_;
};

TEST_F(KnowledgeFaceTest, TakesInAFileAndTellsHowFarItIs) {
    Start();
    const HttpResponse response =
        Send("POST", std::string(kBase) + "/documents?filename=..%2Fshop.csv",
             std::string(kShop) + "P/3,Twice,red,1\n");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.Get("Content-Type"), "text/event-stream; charset=utf-8");
    const auto events = Events(response.body);
    ASSERT_GE(events.size(), 2u);
    EXPECT_EQ(events.front().event, "progress");
    const json::value progress = json::parse(events.front().data);
    EXPECT_TRUE(progress.as_object().contains("documents"));
    EXPECT_GT(progress.at("total_bytes").to_number<size_t>(), 0u);
    EXPECT_EQ(events.back().event, "done");
    const json::value done = json::parse(events.back().data);
    EXPECT_EQ(done.at("added"), 3);
    EXPECT_EQ(done.at("unchanged"), 0);
    EXPECT_EQ(done.at("problems").at(0).at("place"), "shop.csv#row=5");
    const json::object list = Json("GET", "/v1/knowledge_bases");
    const json::value& base = list.at("data").at(0);
    EXPECT_EQ(base.at("name"), "shop");
    EXPECT_EQ(base.at("documents"), 3);
    EXPECT_EQ(base.at("chunks"), 3);
    EXPECT_EQ(base.at("embedding"), "words");
    EXPECT_EQ(base.at("store"), "embedded");
    EXPECT_EQ(base.at("state"), "Ready");
    EXPECT_EQ(base.at("sources").at(0).at("uri"), "shop.csv");
    EXPECT_EQ(base.at("sources").at(0).at("problems").as_array().size(), 1u);
}

TEST_F(KnowledgeFaceTest, SearchesByWordsVectorsAndFilters) {
    Start();
    Upload("shop.csv", kShop);
    const json::object found =
        Json("POST", std::string(kBase) + "/search", R"({"query": "a tent", "limit": 2})");
    EXPECT_EQ(found.at("hits").as_array().size(), 2u);
    const json::value& hit = found.at("hits").at(0);
    EXPECT_EQ(hit.at("id"), "P/2#0");
    EXPECT_EQ(hit.at("document_id"), "P/2");
    EXPECT_EQ(hit.at("title"), "Birch Tent");
    EXPECT_EQ(hit.at("source"), "shop.csv#row=3");
    EXPECT_EQ(hit.at("metadata").at("price"), 120);
    EXPECT_TRUE(hit.at("text_score").is_double());
    EXPECT_TRUE(hit.at("vector_score").is_double());
    EXPECT_TRUE(found.at("filter").is_null());
    EXPECT_EQ(found.at("dropped_filter"), false);
    const json::object cheap =
        Json("POST", std::string(kBase) + "/search", R"({"query": "something under $30"})");
    ASSERT_FALSE(cheap.at("hits").as_array().empty());
    EXPECT_EQ(cheap.at("hits").at(0).at("document_id"), "P/3");
    EXPECT_TRUE(cheap.at("filter").is_object());
    const json::object red = Json(
        "POST", std::string(kBase) + "/search",
        R"({"query": "tent", "filter": {"must": [{"key": "colour", "match": {"value": "red"}}]}})");
    for (const json::value& each : red.at("hits").as_array()) {
        EXPECT_EQ(each.at("document_id"), "P/3");
    }
    const std::string search = std::string(kBase) + "/search";
    EXPECT_THAT(Refused(400, "POST", search, R"({"query": " "})"), HasSubstr("query"));
    EXPECT_THAT(Refused(400, "POST", search, R"({"query": "x", "limit": 0})"), HasSubstr("1 to"));
    EXPECT_THAT(Refused(400, "POST", search, R"({"query": "x", "filter": {"mist": []}})"),
                HasSubstr("did you mean \"must\""));
    EXPECT_THAT(Refused(400, "POST", search, "[]"), HasSubstr("JSON object"));
}

TEST_F(KnowledgeFaceTest, ListsAndDeletesDocuments) {
    Start();
    Upload("shop.csv", kShop);
    const std::string documents = std::string(kBase) + "/documents";
    const json::object first = Json("GET", documents + "?limit=2");
    EXPECT_EQ(first.at("data").as_array().size(), 2u);
    EXPECT_EQ(first.at("data").at(0).at("id"), "P/1");
    EXPECT_EQ(first.at("data").at(0).at("chunks"), 1);
    const json::object second =
        Json("GET", documents + "?limit=2&after=" + std::string(first.at("next").as_string()));
    EXPECT_EQ(second.at("data").at(0).at("id"), "P/3");
    EXPECT_TRUE(second.at("next").is_null());
    Json("DELETE", documents + "/P%2F3");
    EXPECT_THAT(Refused(404, "DELETE", documents + "/P%2F3"), HasSubstr("'P/3'"));
    EXPECT_EQ(Json("GET", documents).at("data").as_array().size(), 2u);
    Refused(400, "GET", documents + "?limit=x");
    Refused(400, "GET", documents + "?after=nonsense");
}

TEST_F(KnowledgeFaceTest, WhatCannotBeTakenInIsRefusedBeforeTheStream) {
    Start({.max_upload_bytes = 200});
    const std::string documents = std::string(kBase) + "/documents";
    EXPECT_THAT(Refused(400, "POST", documents, "x"), HasSubstr("needs a name"));
    EXPECT_THAT(Refused(400, "POST", documents + "?filename=a.exe", "x"),
                HasSubstr("name it .csv"));
    Refused(413, "POST", documents + "?filename=a.txt", std::string(201, 'x'));
    EXPECT_THAT(Refused(404, "POST", "/v1/knowledge_bases/shoo/documents?filename=a.txt", "x"),
                HasSubstr("did you mean 'shop'?"));
    EXPECT_EQ(set_->All()[0].base->Status().documents, 0u);
}

TEST_F(KnowledgeFaceTest, AnErrorWithinTheStreamIsItsLastEvent) {
    Start();
    embedder_->fail_after = 1;
    const HttpResponse response =
        Send("POST", std::string(kBase) + "/documents?filename=shop.csv", kShop);
    const auto events = Events(response.body);
    EXPECT_EQ(events.back().event, "error");
    EXPECT_THAT(events.back().data, HasSubstr("the embedding model is gone"));
    const json::object shown = Json("GET", kBase);
    EXPECT_EQ(shown.at("state"), "Degraded");
    EXPECT_THAT(std::string(shown.at("message").as_string()), HasSubstr("is gone"));
    EXPECT_EQ(shown.at("documents"), 1);
}

TEST_F(KnowledgeFaceTest, MakesAndDeletesKnowledgeBases) {
    Start();
    const HttpResponse made = Send("PUT", "/v1/knowledge_bases/notes",
                                   R"({"embedding": "words", "splitter": {"kind": "row"},
                                       "id_column": "key"})");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(set_->All().size(), 2u);
    EXPECT_EQ(Json("POST", "/v1/knowledge_bases/notes/documents?filename=n.csv&stream=false",
                   "key,note\nN1,hello\n")
                  .at("added"),
              1);
    EXPECT_EQ(Json("GET", "/v1/knowledge_bases/notes/documents").at("data").at(0).at("id"), "N1");
    Refused(409, "PUT", "/v1/knowledge_bases/notes", "{}");
    Json("DELETE", "/v1/knowledge_bases/notes");
    Refused(404, "GET", "/v1/knowledge_bases/notes");
    EXPECT_EQ(OrThrow(store_->Collections()).size(), 1u);
    EXPECT_THAT(Refused(409, "DELETE", kBase), HasSubstr("declared"));
    const std::string other = "/v1/knowledge_bases/other";
    EXPECT_THAT(Refused(400, "PUT", other, R"({"embeding": "words"})"), HasSubstr("there are"));
    EXPECT_THAT(Refused(400, "PUT", other, R"({"splitter": {"kind": "rows"}})"),
                HasSubstr("did you mean 'row'?"));
    EXPECT_THAT(Refused(400, "PUT", other, R"({"splitter": {"size": 3}})"), HasSubstr("16 to"));
    EXPECT_THAT(Refused(404, "PUT", other, R"({"embedding": "none-such"})"), HasSubstr("no model"));
    Refused(400, "PUT", "/v1/knowledge_bases/a%2Fb", "{}");
}

TEST_F(KnowledgeFaceTest, ReadsDeclaredSourcesAndAddressesButNoPaths) {
    const std::string file = folder_.Write("shop.csv", kShop);
    retrieval::KnowledgeBaseOptions options;
    options.sources.push_back({.uri = file});
    Start({}, options);
    const std::string ingest = std::string(kBase) + "/ingest?stream=false";
    EXPECT_EQ(Json("POST", ingest).at("added"), 3);
    EXPECT_EQ(Json("POST", ingest, R"({"uri": ")" + file + "\"}").at("unchanged"), 3);
    for (const std::string uri : {"/etc/passwd", "file:///etc/passwd", "s3://bucket/key"}) {
        EXPECT_THAT(Refused(400, "POST", ingest, R"({"uri": ")" + uri + "\"}"), HasSubstr("uri"));
    }
    Refused(400, "POST", ingest, R"({"uri": 7})");
    // An address of this machine's network is left out, and said to be.
    const json::object guarded =
        Json("POST", ingest, R"({"uri": ")" + Url("/v1/knowledge_bases") + "\"}");
    EXPECT_EQ(guarded.at("added"), 0);
    EXPECT_EQ(guarded.at("problem_count"), 1);
    EXPECT_EQ(json::serialize(guarded).find("Alder"), std::string::npos);
}

TEST_F(KnowledgeFaceTest, ReadsAWebPageWhereItMay) {
    HttpServer web({}, [](const auto& exchange) {
        exchange->Respond(200, {{"Content-Type", "text/csv"}}, kShop);
    });
    OrThrow(web.Start());
    retrieval::KnowledgeBaseOptions options;
    options.uploads.allow_private_addresses = true;
    options.uploads.environment = [](const char*) { return std::string(); };
    Start({}, options);
    const std::string uri = fmt::format("http://127.0.0.1:{}/catalog.csv", web.port());
    const std::string body = R"({"uri": ")" + uri + "\"}";
    EXPECT_EQ(Json("POST", std::string(kBase) + "/ingest?stream=false", body).at("added"), 3);
    EXPECT_EQ(Json("GET", kBase).at("sources").at(0).at("uri"), json::value(uri));
    web.Stop();
}

TEST_F(KnowledgeFaceTest, ASnapshotGoesOutAndComesBack) {
    Start();
    Upload("shop.csv", kShop);
    const HttpResponse snapshot = Send("GET", std::string(kBase) + "/snapshot");
    EXPECT_EQ(snapshot.status, 200);
    EXPECT_TRUE(snapshot.body.starts_with("SQLite format 3"));
    Upload("shop.csv", "id,name\nP/9,Nine\n");
    EXPECT_EQ(Json("POST", std::string(kBase) + "/restore", snapshot.body).at("documents"), 3);
    EXPECT_EQ(Json("POST", std::string(kBase) + "/search", R"({"query": "tent"})")
                  .at("hits")
                  .at(0)
                  .at("document_id"),
              "P/2");
    EXPECT_THAT(Refused(400, "POST", std::string(kBase) + "/restore"), HasSubstr("empty"));
    EXPECT_GE(Send("POST", std::string(kBase) + "/restore", "no snapshot").status, 400);
    EXPECT_EQ(Json("GET", kBase).at("documents"), 3);
}

TEST_F(KnowledgeFaceTest, MoreThanItsQueueTakesIsRefused) {
    Start({.workers = 1, .ingest_workers = 1, .max_waiting = 0});
    std::promise<void> begun, go_on;
    std::once_flag once;
    embedder_->on_batch = [&] {
        std::call_once(once, [&] {
            begun.set_value();
            go_on.get_future().wait();
        });
    };
    auto first = std::async(std::launch::async, [&] { return Upload("shop.csv", kShop); });
    begun.get_future().wait();
    EXPECT_THAT(Refused(429, "POST", std::string(kBase) + "/documents?filename=a.txt", "x"),
                HasSubstr("waiting"));
    Json("GET", "/v1/knowledge_bases");  // has workers of its own
    go_on.set_value();
    EXPECT_EQ(first.get().at("added"), 3);
}

TEST_F(KnowledgeFaceTest, AClientThatLeavesEndsItsIngest) {
    Start();
    std::optional<argosy::testing::RawClient> client(std::in_place, http_->port());
    std::once_flag once;
    embedder_->on_batch = [&] {
        std::call_once(once, [&] {
            client.reset();
            while (http_->stats().disconnects == 0) std::this_thread::yield();
        });
    };
    const std::string body = kShop;
    ASSERT_TRUE(client->Send(fmt::format(
        "POST {}/documents?filename=shop.csv HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{}",
        kBase, body.size(), body)));
    while (set_->All()[0].base->Status().documents == 0) std::this_thread::yield();
    http_->Stop();
    face_.reset();  // waits for the ingest
    EXPECT_LT(set_->All()[0].base->Status().documents, 3u);
}

}  // namespace
}  // namespace argosy::serve
