#include "resources/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace argosy::resources {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Application Shop() {
    Application application;
    application.models["chat"].metadata.name = "chat";
    application.models["embed"].metadata.name = "embed";
    application.models["embed"].spec.task = Task::kEmbedding;
    KnowledgeBase& catalog = application.knowledge_bases["catalog"];
    catalog.metadata.name = "catalog";
    catalog.spec.embedding = "embed";
    Assistant& assistant = application.assistants["a-shop"];
    assistant.metadata.name = "a-shop";
    assistant.spec.route = "main";
    assistant.spec.knowledge = {"catalog"};
    Route& route = application.routes["main"];
    route.metadata.name = "main";
    route.spec.backends = {{.model = "chat", .weight = 1}};
    return application;
}

std::vector<std::string> Names(const std::vector<ResourceId>& ids) {
    std::vector<std::string> names;
    names.reserve(ids.size());
    for (const ResourceId& id : ids) names.push_back(id.name);
    return names;
}

TEST(Graph, EachResourceStartsAfterThoseItNeeds) {
    EXPECT_THAT(Names(StartOrder(Shop())),
                ElementsAre("chat", "embed", "catalog", "main", "a-shop"));
}

TEST(Graph, KnowsWhatEachNeeds) {
    const Graph graph = DependenciesOf(Shop());
    EXPECT_THAT(
        graph.at({Kind::kAssistant, "a-shop"}),
        ElementsAre(ResourceId{Kind::kKnowledgeBase, "catalog"}, ResourceId{Kind::kRoute, "main"}));
    EXPECT_THAT(graph.at({Kind::kModel, "chat"}), IsEmpty());
}

TEST(Graph, CirclesAreFoundOnceAndChainsOfAnyLengthAreNone) {
    const auto route = [](int i) { return ResourceId{Kind::kRoute, std::to_string(i)}; };
    Graph graph;
    for (int i = 180'000; i < 200'000; ++i) graph[route(i)] = {route(i + 1)};
    EXPECT_THAT(Circles(graph), IsEmpty());
    graph[route(200'000)] = {route(199'998)};
    ASSERT_EQ(Circles(graph).size(), 1u);
    EXPECT_THAT(Names(Circles(graph)[0]), ElementsAre("199998", "199999", "200000"));
}

TEST(Graph, ADifferenceTellsWhatToStopStartAndChange) {
    const Application before = Shop();
    EXPECT_TRUE(Diff(before, before).empty());
    Application after = before;
    after.assistants["a-shop"].spec.knowledge.clear();
    after.knowledge_bases.erase("catalog");
    after.models.erase("embed");
    after.models["chat"].file = "elsewhere.yaml";  // the place is no change
    after.tenants["web"].metadata.name = "web";
    const Difference difference = Diff(before, after);
    EXPECT_THAT(Names(difference.removed), ElementsAre("catalog", "embed"));
    EXPECT_THAT(Names(difference.added), ElementsAre("web"));
    EXPECT_THAT(Names(difference.changed), ElementsAre("a-shop"));
}

TEST(Graph, FormatsFollowFromEndings) {
    EXPECT_EQ(FormatOf("catalog.CSV"), SourceFormat::kCsv);
    EXPECT_EQ(FormatOf("s3://b/faq.jsonl"), SourceFormat::kJsonl);
    EXPECT_EQ(FormatOf("https://shop.example/a.pdf?x=1.csv"), SourceFormat::kPdf);
    EXPECT_EQ(FormatOf("handbook/"), std::nullopt);
}

}  // namespace
}  // namespace argosy::resources
