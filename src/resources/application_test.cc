#include "resources/application.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "resources/testing/random_value.h"
#include "resources/yaml/writer.h"

namespace argosy::resources {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Resource(const std::string& kind, const std::string& name, const std::string& spec) {
    return fmt::format(
        "apiVersion: argosy.dev/v1alpha1\nkind: {}\nmetadata: {{name: {}}}\nspec: {{{}}}\n---\n",
        kind, name, spec);
}

std::vector<std::string> ProblemsOf(const std::string& text) {
    std::vector<std::string> lines;
    if (const auto application = ParseApplication(text, "app.yaml"); !application) {
        for (const Problem& problem : application.error()) lines.push_back(problem.ToString());
    }
    return lines;
}

const std::string kModels = Resource("Model", "chat", "source: ./a") +
                            Resource("Model", "embed", "source: ./b, task: embedding");

TEST(Application, TheShopIsGood) {
    const auto shop = LoadApplication(ARGOSY_TESTDATA "/../../examples/shop/app.yaml");
    ASSERT_TRUE(shop.has_value()) << ToError(shop.error()).message;
    const Assistant& assistant = shop->assistants.at("shop");
    EXPECT_EQ(assistant.spec.model, "shop-chat");
    EXPECT_EQ(assistant.spec.memory.expiry, std::chrono::hours(720));
    EXPECT_TRUE(assistant.spec.answering.question_first);
    EXPECT_EQ(shop->models.at("shop-embed").spec.task, Task::kEmbedding);
    EXPECT_EQ(shop->knowledge_bases.at("catalog").spec.splitter.kind, SplitterKind::kRow);
}

TEST(Application, TheShopWithToolsIsGood) {
    const auto shop = LoadApplication(ARGOSY_TESTDATA "/../../examples/shop-tools/app.yaml");
    ASSERT_TRUE(shop.has_value()) << ToError(shop.error()).message;
    const Assistant& assistant = shop->assistants.at("shop");
    EXPECT_EQ(assistant.spec.tools.at(0).method, HttpMethod::kPost);
    EXPECT_EQ(assistant.spec.tools.at(1).timeout, std::chrono::seconds(5));
    EXPECT_GT(assistant.places.at("spec.tools[1].url").line, 40);
}

TEST(Application, FieldsThatAreNotGivenHaveTheirDefaults) {
    const auto application = ParseApplication(kModels);
    const ModelSpec& spec = application->models.at("chat").spec;
    EXPECT_EQ(spec.scaling.max, 1);
    EXPECT_EQ(spec.engine, Engine::kArgosy);
    EXPECT_EQ(spec.context, std::nullopt);
    EXPECT_THAT(ToYaml(*application, {.defaults = true}), HasSubstr("idleAfter: 10m"));
}

TEST(Application, AllProblemsOfAFileAreToldInItsOrder) {
    EXPECT_THAT(
        ProblemsOf("apiVersion: argosy.dev/v1\nkind: Model\nmetadata: {name: a}\nspec: {source: "
                   "x}\n---\nkind: Modl\n---\napiVersion: argosy.dev/v1alpha1\nkind: Route\n"
                   "metadata: {name: B}\nspecs: {}\n---\n- 1\n"),
        ElementsAre(
            "app.yaml:1:13: apiVersion: expected argosy.dev/v1alpha1, found the text "
            "'argosy.dev/v1'",
            HasSubstr("app.yaml:4:16: Model a: spec.source: 'x' is not a source such as"),
            HasSubstr("app.yaml:6:1: 'apiVersion' is missing"), HasSubstr("did you mean 'Model'?"),
            "app.yaml:8:1: Route B: 'spec' is missing",
            HasSubstr("app.yaml:10:18: Route B: metadata.name: 'B' is not a name"),
            "app.yaml:11:1: Route B: unknown field 'specs'; did you mean 'spec'?",
            "app.yaml:13:1: expected a resource (apiVersion, kind, metadata, spec), found a list"));
}

TEST(Application, ReferencesHaveToExistAndFit) {
    EXPECT_THAT(
        ProblemsOf(kModels +
                   Resource("Assistant", "a", "prompt: p, model: chatt, knowledge: [manuals]") +
                   Resource("Assistant", "b", "prompt: p, model: embed") +
                   Resource("KnowledgeBase", "k", "embedding: chat, rerank: embed")),
        ElementsAre(
            HasSubstr("Assistant a: spec.model: there is no Model 'chatt'; did you mean "
                      "'chat'?"),
            HasSubstr("Assistant a: spec.knowledge[0]: there is no KnowledgeBase 'manuals'; there "
                      "are k"),
            HasSubstr("Assistant b: spec.model: Model embed is for embedding, but a model "
                      "for chat is needed here"),
            HasSubstr("KnowledgeBase k: spec.embedding: Model chat is for chat"),
            HasSubstr("KnowledgeBase k: spec.rerank: Model embed is for embedding")));
}

TEST(Application, AReferenceToAResourceThatIsWrongIsNoSecondProblem) {
    EXPECT_THAT(ProblemsOf(Resource("Model", "chat", "source: ./a, tsk: chat") +
                           Resource("Assistant", "a", "prompt: p, model: chat")),
                ElementsAre(HasSubstr("unknown field 'tsk'")));
}

TEST(Application, ANameIsDeclaredOnceOfEachKind) {
    EXPECT_THAT(ProblemsOf(kModels + Resource("Model", "chat", "source: ./c") +
                           Resource("Route", "chat", "backends: [{model: chat}]")),
                ElementsAre("app.yaml:13:18: Model chat: metadata.name: is declared twice, first "
                            "on line 3"));
}

TEST(Application, RoutesDoNotGoInACircleNorMixTasksNorShareNames) {
    EXPECT_THAT(
        ProblemsOf(kModels +
                   Resource("Route", "a",
                            "backends: [{model: chat}], fallbacks: [{route: b}], names: [x]") +
                   Resource("Route", "b",
                            "backends: [{model: chat}], fallbacks: [{route: a}], names: [x]") +
                   Resource("Route", "c", "backends: [{model: chat}, {model: embed}]")),
        ElementsAre(HasSubstr("Route a: spec: goes in a circle: a -> b -> a"),
                    HasSubstr("Route b: spec.names[0]: Route a has this name already"),
                    HasSubstr("Route c: spec.backends[1].model: Model embed is for embedding, but "
                              "the route's first model is for chat")));
    EXPECT_THAT(ProblemsOf(kModels + Resource("Route", "r", "backends: [{model: embed}]") +
                           Resource("Assistant", "a", "prompt: p, route: r")),
                ElementsAre(HasSubstr("Route r is for embedding, but a model for chat")));
}

TEST(Application, ARoutesCacheMayUseAnEmbeddingModel) {
    EXPECT_THAT(ProblemsOf(kModels + Resource("Route", "r",
                                              "backends: [{model: chat}], cache: {semantic: "
                                              "{embedding: embed}}")),
                ElementsAre());
}

TEST(Application, ObjectsOfOtherApisAreForAClusterOnly) {
    const auto application = ParseApplication(
        kModels + "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {a: b}\n");
    ASSERT_TRUE(application.has_value());
    EXPECT_THAT(application->others, ElementsAre("v1 Secret keys"));
}

TEST(Application, WhatTheApiServerAddsIsPassedOver) {
    json::object object = ToJson(ParseApplication(kModels)->models.at("chat"));
    object["metadata"].as_object()["uid"] = "1234";
    object["metadata"].as_object()["managedFields"] = json::array{json::object()};
    object["status"] = {{"replicas", 1}};
    const auto model = ReadObject<Model>(object);
    ASSERT_TRUE(model.has_value()) << ToError(model.error()).message;
    EXPECT_EQ(model->metadata.name, "chat");
    EXPECT_FALSE(ReadObject<Route>(object).has_value());
}

TEST(Application, AFileThatIsNotThereIsNamed) {
    const auto application = LoadApplication("/nowhere/app.yaml");
    ASSERT_FALSE(application.has_value());
    EXPECT_THAT(application.error().at(0).ToString(), HasSubstr("/nowhere/app.yaml"));
}

// A document of a kind with whatever its description allows; what it refers to is not there.
json::object RandomDocument(const KindInfo& info, unsigned seed) {
    testing::RandomValue random(seed);
    return {{"apiVersion", kApiVersion},
            {"kind", info.name},
            {"metadata", {{"name", "x"}, {"labels", {{"yes", "1"}}}}},
            {"spec", random.Of(*info.spec, {})}};
}

template <typename R>
void ReadsAgain(const json::object& document) {
    const auto first = ReadObject<R>(document);
    RC_ASSERT(first.has_value());
    for (const bool defaults : {false, true}) {
        Problems problems;
        const auto nodes = ReadYaml(WriteYaml(ToJson(*first, {.defaults = defaults})), problems);
        RC_ASSERT(problems.empty());
        RC_ASSERT(nodes.size() == 1u);
        const auto again = ReadObject<R>(ToJson(nodes[0]));
        RC_ASSERT(again.has_value());
        RC_ASSERT(*again == *first);
    }
}

RC_GTEST_PROP(Application, WhatIsWrittenIsReadAgainAsTheSame, ()) {
    const auto seed = *rc::gen::arbitrary<unsigned>();
    for (const KindInfo& info : Kinds()) {
        const json::object document = RandomDocument(info, seed);
        RC_LOG() << json::serialize(document) << "\n";
        switch (info.kind) {
            case Kind::kModel:
                ReadsAgain<Model>(document);
                break;
            case Kind::kKnowledgeBase:
                ReadsAgain<KnowledgeBase>(document);
                break;
            case Kind::kAssistant:
                ReadsAgain<Assistant>(document);
                break;
            case Kind::kRoute:
                ReadsAgain<Route>(document);
                break;
            case Kind::kTenant:
                ReadsAgain<Tenant>(document);
                break;
        }
    }
}

}  // namespace
}  // namespace argosy::resources
