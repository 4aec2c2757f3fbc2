#include "retrieval/load/ingest_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Document Doc() {
    return {.id = "1",
            .source = "s",
            .title = "t",
            .text = "x",
            .metadata = {{"a", 1}, {"b", json::object{{"c", 2}, {"d", 3}}}}};
}

TEST(ContentHash, DependsOnContentsAlone) {
    const std::string hash = ContentHash(Doc());
    Document moved = Doc();
    moved.metadata = {{"b", json::object{{"d", 3}, {"c", 2}}}, {"a", 1}};
    EXPECT_EQ(ContentHash(moved), hash);
    for (std::string Document::* part : {&Document::source, &Document::title, &Document::text}) {
        Document other = Doc();
        other.*part += "!";
        EXPECT_NE(ContentHash(other), hash);
    }
    Document other = Doc();
    other.metadata["a"] = "1";
    EXPECT_NE(ContentHash(other), hash);
    EXPECT_NE(ContentHash(Doc(), "recursive 500/50"), hash);
    Document shifted = Doc();
    shifted.title = "tx";
    shifted.text = "";
    EXPECT_NE(ContentHash(shifted), hash);
}

TEST(IngestPlan, SaysWhatALoadChanges) {
    IngestPlan plan({{"same", "1"}, {"other", "2"}, {"gone b", "3"}, {"gone a", "4"}});
    EXPECT_EQ(plan.See("same", "1"), DocumentChange::kUnchanged);
    EXPECT_EQ(plan.See("other", "x"), DocumentChange::kChanged);
    EXPECT_EQ(plan.See("new", "y"), DocumentChange::kNew);
    EXPECT_EQ(plan.See("new", "z"), DocumentChange::kRepeated);
    EXPECT_THAT(plan.Deleted(true), ElementsAre("gone a", "gone b"));
    EXPECT_EQ(plan.counts().added, 1u);
    EXPECT_EQ(plan.counts().changed, 1u);
    EXPECT_EQ(plan.counts().unchanged, 1u);
    EXPECT_EQ(plan.counts().repeated, 1u);
}

TEST(IngestPlan, DeletesNothingWhereTheSourceWasNotReadWhole) {
    EXPECT_THAT(IngestPlan({{"a", "1"}}).Deleted(false), IsEmpty());
}

}  // namespace
}  // namespace argosy::retrieval
