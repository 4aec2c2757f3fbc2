#include "retrieval/knowledge/knowledge_base.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "retrieval/knowledge/collection_swap.h"
#include "retrieval/knowledge/stored_mark.h"
#include "retrieval/knowledge/testing/fake_embedder.h"
#include "retrieval/load/testing/loaded.h"
#include "retrieval/store/embedded_store.h"

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;
using testing::FakeEmbedder;
using ::testing::HasSubstr;
using testing::TestFolder;
using ::testing::UnorderedElementsAre;

constexpr const char* kShop =
    "id,name,colour,price\n"
    "P1,Alder Parka,blue,79\n"
    "P2,Birch Tent,green,120\n"
    "P3,Cedar Lamp,red,25\n";

// A folder with a store, sources, and what is needed to open a knowledge base over them.
class KnowledgeBaseTest : public ::testing::Test {
  protected:
    KnowledgeBaseTest() { OpenStore(); }

    void OpenStore() {
        store_.reset();
        store_ = OrThrow(EmbeddedStore::Open(folder_.path() + "/store", {.threads = 1}));
    }
    static KnowledgeBaseOptions Options(std::vector<std::string> uris) {
        KnowledgeBaseOptions options{.name = "shop", .embedding_model = "words-64"};
        for (std::string& uri : uris) options.sources.push_back({.uri = std::move(uri)});
        return options;
    }
    std::unique_ptr<KnowledgeBase> Open(const KnowledgeBaseOptions& options) {
        return OrThrow(KnowledgeBase::Open(options, {.store = store_, .embedder = embedder_}));
    }
    std::vector<std::string> Ids(const KnowledgeBase& base) {
        std::vector<std::string> ids;
        for (const auto& document : OrThrow(base.Documents(100)).documents) {
            ids.push_back(document.id);
        }
        return ids;
    }

    TestFolder folder_;
    std::shared_ptr<Store> store_;
    std::shared_ptr<FakeEmbedder> embedder_ = std::make_shared<FakeEmbedder>();
};

TEST_F(KnowledgeBaseTest, IndexesItsSourcesAndFindsThem) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    const std::string faq = folder_.Write("faq.md", "# Returns\n\nThirty days, in the box.\n");
    const auto base = Open(Options({shop, faq}));
    EXPECT_EQ(base->Status().state, "empty");
    size_t calls = 0;
    IngestProgress last;
    const IngestReport report = OrThrow(base->Ingest([&](const IngestProgress& progress) {
        ++calls;
        last = progress;
    }));
    EXPECT_EQ(report.added, 4u);
    EXPECT_EQ(report.problem_count, 0u);
    EXPECT_EQ(report.files, 2u);
    EXPECT_GT(calls, 2u);
    EXPECT_EQ(last.done_bytes, last.total_bytes);
    EXPECT_EQ(OrThrow(base->Search("a green tent", 1)).hits[0].chunk.document_id, "P2");
    EXPECT_EQ(
        OrThrow(base->Search("how many days in the box?", 1)).hits[0].chunk.metadata.at("source"),
        json::value(faq));
    const KnowledgeStatus status = base->Status();
    EXPECT_EQ(status.state, "ready");
    EXPECT_EQ(status.documents, 4u);
    EXPECT_EQ(status.chunks, report.chunks);
    ASSERT_EQ(status.sources.size(), 2u);
    EXPECT_EQ(status.sources[0].uri, shop);
    EXPECT_EQ(status.sources[0].documents, 3u);
    EXPECT_EQ(status.sources[1].state, SourceState::kReady);
}

TEST_F(KnowledgeBaseTest, EmbedsOnlyWhatHasChangedAndDeletesWhatIsGone) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    const auto base = Open(Options({shop}));
    OrThrow(base->Ingest());
    EXPECT_EQ(embedder_->passages(), 3u);
    const IngestReport same = OrThrow(base->Ingest());
    EXPECT_EQ(same.unchanged, 3u);
    EXPECT_EQ(embedder_->passages(), 3u);
    folder_.Write("shop.csv",
                  "id,name,colour,price\nP1,Alder Parka,grey,79\nP2,Birch Tent,green,120\n"
                  "P4,Dune Mug,white,9\n");
    const IngestReport report = OrThrow(base->Ingest());
    EXPECT_EQ(report.added, 1u);
    EXPECT_EQ(report.changed, 1u);
    EXPECT_EQ(report.unchanged, 1u);
    EXPECT_EQ(report.deleted, 1u);
    EXPECT_EQ(embedder_->passages(), 5u);
    EXPECT_THAT(Ids(*base), UnorderedElementsAre("P1", "P2", "P4"));
    EXPECT_EQ(OrThrow(base->Search("a grey parka", 1)).hits[0].chunk.document_id, "P1");
}

TEST_F(KnowledgeBaseTest, RemembersWhatItHasInTheNextProcess) {
    const KnowledgeBaseOptions options = Options({folder_.Write("shop.csv", kShop)});
    OrThrow(Open(options)->Ingest());
    OpenStore();
    const auto base = Open(options);
    EXPECT_EQ(base->Status().state, "ready");
    EXPECT_EQ(base->Status().sources[0].documents, 3u);
    EXPECT_EQ(OrThrow(base->Ingest()).unchanged, 3u);
    EXPECT_EQ(embedder_->passages(), 3u);
}

TEST_F(KnowledgeBaseTest, ReportsMalformedRowsAndThenDeletesNothing) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    KnowledgeBaseOptions options = Options({shop});
    options.sources[0].load.table.id_column = "id";
    const auto base = Open(options);
    OrThrow(base->Ingest());
    folder_.Write("shop.csv", "id,name,colour,price\nP1,Alder Parka,blue,79\n,No Id,red,1\n");
    const IngestReport report = OrThrow(base->Ingest());
    ASSERT_EQ(report.problem_count, 1u);
    EXPECT_EQ(report.problems[0].place, shop + ":3");
    EXPECT_THAT(report.problems[0].message, HasSubstr("id"));
    EXPECT_EQ(report.deleted, 0u);
    EXPECT_EQ(base->Status().documents, 3u);
    EXPECT_EQ(base->Status().sources[0].problems.size(), 1u);
}

TEST_F(KnowledgeBaseTest, ASourceThatCannotBeReadIsFailedAndKeepsItsDocuments) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    const auto base = Open(Options({shop}));
    OrThrow(base->Ingest());
    std::filesystem::remove(shop);
    const IngestReport report = OrThrow(base->Ingest());
    EXPECT_EQ(report.problem_count, 1u);
    EXPECT_EQ(base->Status().sources[0].state, SourceState::kFailed);
    EXPECT_EQ(base->Status().documents, 3u);
}

TEST_F(KnowledgeBaseTest, IdsAreOfOneSource) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    const std::string more = folder_.Write("more.csv", "id,name\nP1,Another\nP9,Ninth\nP9,Twice\n");
    const auto base = Open(Options({shop, more}));
    const IngestReport report = OrThrow(base->Ingest());
    EXPECT_EQ(report.added, 4u);
    ASSERT_EQ(report.problems.size(), 2u);
    EXPECT_THAT(report.problems[0].message, HasSubstr("'P1' is that of a document of " + shop));
    EXPECT_THAT(report.problems[1].message, HasSubstr("'P9' was there before"));
    EXPECT_EQ(OrThrow(base->Search("Alder Parka", 1)).hits[0].chunk.document_id, "P1");
}

TEST_F(KnowledgeBaseTest, DocumentsOfASourceThatIsDeclaredNoMoreAreDeleted) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    const std::string faq = folder_.Write("faq.md", "# Returns\n\nThirty days.\n");
    OrThrow(Open(Options({shop, faq}))->Ingest());
    OrThrow(Open(Options({shop, faq}))->IngestFile("note.txt", "a note"));
    EXPECT_EQ(OrThrow(Open(Options({faq}))->Ingest()).deleted, 3u);
    KnowledgeBaseOptions keep = Options({shop});
    keep.prune = false;
    const auto base = Open(keep);
    EXPECT_EQ(OrThrow(base->Ingest()).deleted, 0u);
    EXPECT_EQ(base->Status().documents, 5u);
}

TEST_F(KnowledgeBaseTest, AnUploadReplacesTheOneOfItsName) {
    const auto base = Open(Options({}));
    EXPECT_EQ(OrThrow(base->IngestFile("../../etc/shop.csv", kShop)).added, 3u);
    const IngestReport report = OrThrow(base->IngestFile("shop.csv", "id,name\nP1,Alder Parka\n"));
    EXPECT_EQ(report.changed, 1u);
    EXPECT_EQ(report.deleted, 2u);
    const auto sources = base->Status().sources;
    ASSERT_EQ(sources.size(), 1u);
    EXPECT_EQ(sources[0].uri, "shop.csv");
    EXPECT_TRUE(sources[0].upload);
    EXPECT_EQ(OrThrow(base->Documents(1)).documents[0].source, "shop.csv#row=2");
    EXPECT_THAT(base->IngestFile("shop", "x").error().message, HasSubstr("name it .csv"));
    EXPECT_EQ(base->IngestFile("a/..", "x").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(KnowledgeBaseTest, WritesBeforeItDeletesAndGoesOnWhereItWasInterrupted) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    KnowledgeBaseOptions options = Options({shop});
    options.batch_chunks = 1;
    OrThrow(Open(options)->Ingest());
    folder_.Write("shop.csv",
                  "id,name,colour,price\nP1,Alder Parka,grey,80\nP2,Birch Tent,black,99\n");
    embedder_->fail_after = embedder_->passages() + 1;
    {
        const auto base = Open(options);
        const auto failed = base->Ingest();
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().code, ErrorCode::kUnavailable);
        EXPECT_THAT(failed.error().ToString(), HasSubstr("shop.csv"));
        EXPECT_EQ(base->Status().state, "failed");
        EXPECT_EQ(base->Status().sources[0].state, SourceState::kFailed);
    }
    EXPECT_EQ(OrThrow(store_->Count("shop", {})), 3u);  // P1 new, P2 and P3 as they were
    embedder_->fail_after = SIZE_MAX;
    const auto base = Open(options);
    const IngestReport report = OrThrow(base->Ingest());
    EXPECT_EQ(report.unchanged, 1u);
    EXPECT_EQ(report.changed, 1u);
    EXPECT_EQ(report.deleted, 1u);
    EXPECT_EQ(base->Status().state, "ready");
}

TEST_F(KnowledgeBaseTest, AStopEndsAnIngestWithoutDeleting) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    KnowledgeBaseOptions options = Options({shop});
    options.batch_chunks = 1;
    const auto base = Open(options);
    OrThrow(base->IngestFile("old.csv", "id,name\nQ1,Old\n"));
    std::stop_source stop;
    embedder_->on_batch = [&stop] { stop.request_stop(); };
    const IngestReport report = OrThrow(base->Ingest({}, stop.get_token()));
    EXPECT_TRUE(report.cancelled);
    EXPECT_EQ(report.added, 1u);
    EXPECT_EQ(report.deleted, 0u);
    embedder_->on_batch = nullptr;
    EXPECT_EQ(OrThrow(base->Ingest()).added, 2u);
}

TEST_F(KnowledgeBaseTest, EmbedsInBatches) {
    std::string rows = "id,name\n";
    for (int i = 0; i < 100; ++i) rows += fmt::format("R{},row number {}\n", i, i);
    KnowledgeBaseOptions options = Options({folder_.Write("rows.csv", rows)});
    options.batch_chunks = 16;
    const auto base = Open(options);
    EXPECT_EQ(OrThrow(base->Ingest()).added, 100u);
    EXPECT_EQ(embedder_->largest_batch(), 16u);
}

TEST_F(KnowledgeBaseTest, AnotherSplitterMakesChunksAnew) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += fmt::format("Sentence number {} of this page. ", i);
    KnowledgeBaseOptions options = Options({folder_.Write("page.txt", text)});
    const size_t before = OrThrow(Open(options)->Ingest()).chunks;
    options.splitter.size = 200;
    options.splitter.overlap = 20;
    const auto base = Open(options);
    const IngestReport report = OrThrow(base->Ingest());
    EXPECT_EQ(report.changed, 1u);
    EXPECT_GT(report.chunks, before);
    EXPECT_EQ(base->Status().chunks, report.chunks);
}

TEST_F(KnowledgeBaseTest, AnotherModelOfTheSameLengthMakesVectorsAnew) {
    KnowledgeBaseOptions options = Options({folder_.Write("shop.csv", kShop)});
    OrThrow(Open(options)->Ingest());
    options.embedding_model = "words-64-v2";
    const auto base = Open(options);
    EXPECT_EQ(base->Status().state, "stale");
    EXPECT_FALSE(OrThrow(base->Search("tent", 1)).hits[0].vector_score);
    const IngestReport report = OrThrow(base->Ingest());
    EXPECT_EQ(report.reembedded, 3u);
    EXPECT_EQ(report.unchanged, 3u);
    EXPECT_EQ(base->Status().state, "ready");
    EXPECT_TRUE(OrThrow(base->Search("tent", 1)).hits[0].vector_score);
}

TEST_F(KnowledgeBaseTest, VectorsOfAnotherLengthReplaceTheOldOnesUploadsIncluded) {
    KnowledgeBaseOptions options = Options({folder_.Write("shop.csv", kShop)});
    OrThrow(Open(options)->Ingest());
    OrThrow(Open(options)->IngestFile("note.txt", "a note on delivery"));
    embedder_ = std::make_shared<FakeEmbedder>(32);
    options.embedding_model = "words-32";
    {
        const auto base = Open(options);
        EXPECT_EQ(base->Status().state, "stale");
        EXPECT_EQ(OrThrow(base->Search("delivery", 1)).hits.size(), 1u);  // by words
        const IngestReport report = OrThrow(base->Ingest());
        EXPECT_EQ(report.reembedded, 4u);
        EXPECT_EQ(report.unchanged, 3u);
        EXPECT_EQ(OrThrow(store_->Collections())[0].dimensions, 32u);
        EXPECT_TRUE(OrThrow(base->Search("delivery", 1)).hits[0].vector_score);
    }
    embedder_ = nullptr;  // words only from now on
    options.embedding_model.clear();
    const auto base = Open(options);
    EXPECT_EQ(OrThrow(base->Ingest()).reembedded, 4u);
    EXPECT_EQ(OrThrow(store_->Collections())[0].dimensions, 0u);
    EXPECT_EQ(base->Status().documents, 4u);
}

TEST_F(KnowledgeBaseTest, ACrashBetweenOldAndNewLosesNothing) {
    const KnowledgeBaseOptions options = Options({folder_.Write("shop.csv", kShop)});
    OrThrow(Open(options)->Ingest());
    const std::string file = folder_.path() + "/copy";
    OrThrow(store_->Snapshot("shop", file));
    // Killed while the new one was being made: the old one counts.
    OrThrow(BeginNext(*store_, {.name = "shop", .dimensions = 7}));
    EXPECT_EQ(Open(options)->Status().documents, 3u);
    EXPECT_EQ(OrThrow(store_->Collections()).size(), 1u);
    // Killed after the old one was dropped: the new one counts.
    OrThrow(BeginNextFrom(*store_, "shop", file));
    OrThrow(store_->DropCollection("shop"));
    EXPECT_EQ(Open(options)->Status().documents, 3u);
    EXPECT_EQ(OrThrow(store_->Collections()).size(), 1u);
}

TEST_F(KnowledgeBaseTest, ListsDocumentsPageByPage) {
    std::string rows = "id,name\n";
    for (int i = 0; i < 23; ++i) rows += fmt::format("R{:02},row number {}\n", i, i);
    const auto base = Open(Options({folder_.Write("rows.csv", rows)}));
    OrThrow(base->Ingest());
    std::vector<std::string> seen;
    std::string after;
    size_t pages = 0;
    while (true) {
        const DocumentPage page = OrThrow(base->Documents(10, after));
        ++pages;
        for (const auto& document : page.documents) seen.push_back(document.id);
        // What is deleted meanwhile moves nothing.
        OrThrow(base->DeleteDocument(page.documents[0].id));
        if (!page.next) break;
        after = *page.next;
    }
    EXPECT_EQ(pages, 3u);
    ASSERT_EQ(seen.size(), 23u);
    EXPECT_EQ(seen.front(), "R00");
    EXPECT_EQ(seen.back(), "R22");
    EXPECT_EQ(base->Documents(10, "nonsense").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(KnowledgeBaseTest, CountsTheChunksOfADocument) {
    std::string text;
    for (int i = 0; i < 800; ++i) text += fmt::format("Sentence number {} of this page. ", i);
    folder_.Write("docs/long.txt", text);
    folder_.Write("docs/short.txt", "short");
    const auto base = Open(Options({folder_.path() + "/docs"}));
    const IngestReport report = OrThrow(base->Ingest());
    const DocumentPage first = OrThrow(base->Documents(1));
    ASSERT_TRUE(first.next);
    const DocumentPage second = OrThrow(base->Documents(1, *first.next));
    EXPECT_FALSE(second.next);
    EXPECT_EQ(first.documents[0].chunks + second.documents[0].chunks, report.chunks);
    EXPECT_EQ(second.documents[0].chunks, 1u);
}

TEST_F(KnowledgeBaseTest, DeletesOneDocument) {
    const auto base = Open(Options({folder_.Write("shop.csv", kShop)}));
    OrThrow(base->Ingest());
    EXPECT_TRUE(OrThrow(base->DeleteDocument("P2")));
    EXPECT_FALSE(OrThrow(base->DeleteDocument("P2")));
    EXPECT_THAT(Ids(*base), UnorderedElementsAre("P1", "P3"));
    EXPECT_EQ(base->Status().documents, 2u);
}

TEST_F(KnowledgeBaseTest, ASnapshotBringsBackWhatWas) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    const auto base = Open(Options({shop}));
    OrThrow(base->Ingest());
    const std::string file = folder_.path() + "/snapshot";
    OrThrow(base->Snapshot(file));
    folder_.Write("shop.csv", "id,name\nP7,Seven\n");
    OrThrow(base->Ingest());
    OrThrow(base->Restore(file));
    EXPECT_THAT(Ids(*base), UnorderedElementsAre("P1", "P2", "P3"));
    EXPECT_EQ(OrThrow(base->Search("a green tent", 1)).hits[0].chunk.document_id, "P2");
    folder_.Write("broken", "no snapshot");
    EXPECT_FALSE(base->Restore(folder_.path() + "/broken"));
    EXPECT_EQ(base->Status().documents, 3u);
    EXPECT_EQ(OrThrow(base->Search("a green tent", 1)).hits[0].chunk.document_id, "P2");
}

TEST_F(KnowledgeBaseTest, PersonalDataIsMaskedOrRefused) {
    const std::string file =
        folder_.Write("people.csv", "id,note\nA,write to ann@example.com\nB,nothing here\n");
    KnowledgeBaseOptions options = Options({file});
    OrThrow(Open(options)->Ingest());
    options.pii = PiiPolicy::kMask;
    const auto masked = Open(options);
    OrThrow(masked->Ingest());
    const FoundPassages found = OrThrow(masked->Search("write to", 1));
    const std::string whole =
        found.hits[0].chunk.text + json::serialize(found.hits[0].chunk.metadata);
    EXPECT_THAT(whole, HasSubstr("[EMAIL]"));
    EXPECT_THAT(whole, ::testing::Not(HasSubstr("ann@")));
    options.pii = PiiPolicy::kRefuse;
    const auto refusing = Open(options);
    const IngestReport report = OrThrow(refusing->Ingest());
    ASSERT_EQ(report.problems.size(), 1u);
    EXPECT_THAT(report.problems[0].message, HasSubstr("email"));
    EXPECT_THAT(report.problems[0].message, ::testing::Not(HasSubstr("ann@")));
    EXPECT_THAT(Ids(*refusing), ElementsAre("B"));
}

TEST_F(KnowledgeBaseTest, MetadataOfASourceIsThatOfItsDocuments) {
    KnowledgeBaseOptions options = Options({folder_.Write("shop.csv", kShop)});
    options.sources[0].metadata = {{"shelf", "outdoor"}, {"colour", "overridden"}};
    const auto base = Open(options);
    OrThrow(base->Ingest());
    const FoundPassages found = OrThrow(base->Search("green tent", 1));
    EXPECT_EQ(found.hits[0].chunk.metadata.at("shelf"), "outdoor");
    EXPECT_EQ(found.hits[0].chunk.metadata.at("colour"), "green");
}

TEST_F(KnowledgeBaseTest, IsSearchedWhileOthersWrite) {
    const std::string shop = folder_.Write("shop.csv", kShop);
    const auto base = Open(Options({shop}));
    OrThrow(base->Ingest());
    const std::string file = folder_.path() + "/snapshot";
    OrThrow(base->Snapshot(file));
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 30; ++i) {
                const auto found = base->Search("a green tent", 1);
                ASSERT_TRUE(found) << found.error().ToString();
                EXPECT_EQ(found->hits[0].chunk.document_id, "P2");
                EXPECT_EQ(base->Status().name, "shop");
            }
        });
    }
    for (int i = 0; i < 5; ++i) {
        OrThrow(base->IngestFile("note.txt", fmt::format("note {}", i)));
        OrThrow(base->Restore(file));
    }
}

TEST_F(KnowledgeBaseTest, WrongOptionsAreRefused) {
    EXPECT_EQ(KnowledgeBase::Open({.name = "a.next"}, {.store = store_}).error().code,
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(KnowledgeBase::Open({.name = "a/b"}, {.store = store_}).error().code,
              ErrorCode::kInvalidArgument);
    KnowledgeBaseOptions overlap{.name = "a"};
    overlap.splitter = {.size = 10, .overlap = 20};
    EXPECT_EQ(KnowledgeBase::Open(overlap, {.store = store_}).error().code,
              ErrorCode::kInvalidArgument);
    EXPECT_TRUE(OrThrow(store_->Collections()).empty());
}

TEST(StoredMark, ComesBackAsItWasWritten) {
    const StoredMark mark{"0123", "abcd", {SourceKind::kAdded, "https://shop.example/a b.csv"}};
    EXPECT_EQ(ParseMark(FormatMark(mark)), mark);
    const StoredMark foreign = ParseMark("what another wrote");
    EXPECT_EQ(foreign.source.kind, SourceKind::kUpload);
    EXPECT_EQ(foreign.source.uri, "");
    EXPECT_EQ(ParseMark(FormatMark(foreign)), foreign);
    EXPECT_NE(EmbeddingKey("a", 8), EmbeddingKey("a", 16));
    EXPECT_NE(EmbeddingKey("a", 8), EmbeddingKey("b", 8));
    EXPECT_EQ(EmbeddingKey("a", 0), "-");
}

}  // namespace
}  // namespace argosy::retrieval
