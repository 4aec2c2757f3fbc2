// Declarations as the rooms below take them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "local/assistant_options.h"
#include "local/assistant_tools.h"
#include "local/knowledge_part.h"
#include "local/model_part.h"
#include "local/resource_table.h"
#include "local/route_part.h"
#include "local/tenant_part.h"

namespace argosy::local {
namespace {

using assistant::GuardAction;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

resources::Application Parse(const std::string& kind, const std::string& spec) {
    const std::string text = fmt::format(
        "apiVersion: argosy.dev/v1alpha1\nkind: Model\nmetadata: {{name: chat}}\nspec: {{source: "
        "./chat.gguf}}\n---\napiVersion: argosy.dev/v1alpha1\nkind: {}\nmetadata: {{name: one}}\n"
        "spec:\n{}",
        kind, spec);
    auto read = resources::ParseApplication(text);
    EXPECT_TRUE(read.has_value()) << ToError(read.error()).message;
    return read ? *read : resources::Application{};
}

Surroundings Around() {
    Surroundings around;
    around.folder = "/app";
    around.environment = [](const char* name) {
        return std::string(name) == "KEY" ? "k-1" : std::string();
    };
    return around;
}

TEST(AssistantConfig, TakesTheDeclarationAndTheModelsSampling) {
    const auto application = Parse("Assistant",
                                   "  prompt: |\n    You help.\n  model: chat\n"
                                   "  sampling: {maxTokens: 99}\n"
                                   "  memory: {window: 3, summarize: false}\n"
                                   "  guardrails:\n    input:\n    - {kind: pii, action: mask}\n"
                                   "    - {kind: length, maxCharacters: 50, action: refuse}\n"
                                   "    - {kind: topics, deny: [politics], message: No.}\n");
    resources::Sampling model;
    model.temperature = 0;
    model.max_tokens = 10;
    std::vector<std::string> warnings;
    const auto config = AssistantConfigOf(application.assistants.at("one"), model, warnings);
    EXPECT_EQ(config.name, "one");
    EXPECT_EQ(config.prompt.system, "You help.");
    EXPECT_EQ(config.sampling.temperature, 0);
    EXPECT_EQ(config.sampling.max_tokens, 99);
    EXPECT_EQ(config.history.max_messages, 6U);
    EXPECT_FALSE(config.history.summarise);
    EXPECT_EQ(config.guard.input_pii, GuardAction::kMask);
    EXPECT_EQ(config.guard.max_input_bytes, 50U);
    EXPECT_THAT(config.guard.denied_topics, ElementsAre("politics"));
    EXPECT_EQ(config.guard.refusal, "No.");
    EXPECT_THAT(warnings, IsEmpty());
}

TEST(AssistantConfig, SaysWhatItCannotDo) {
    const auto application = Parse("Assistant",
                                   "  prompt: Help.\n  model: chat\n  guardrails:\n    output:\n"
                                   "    - {kind: topics, deny: [politics]}\n");
    std::vector<std::string> warnings;
    (void)AssistantConfigOf(application.assistants.at("one"), {}, warnings);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings[0], HasSubstr("guardrails.output[0]"));
}

TEST(AssistantTools, LeavesOutWhatThePolicyForbids) {
    const auto application =
        Parse("Assistant",
              "  prompt: Help.\n  model: chat\n  tools:\n"
              "  - {name: good, description: D, url: 'http://localhost:1/x'}\n"
              "  - {name: bad, description: D, url: 'http://evil.example/x'}\n"
              "  toolPolicy: {allowHosts: ['localhost:1'], allowPrivate: true}\n");
    std::vector<std::string> warnings;
    const ToolParts tools =
        OrThrow(MakeTools(application.assistants.at("one").spec, Around(), warnings));
    ASSERT_NE(tools.box, nullptr);
    ASSERT_EQ(tools.box->specs().size(), 1U);
    EXPECT_EQ(tools.box->specs()[0].name, "good");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings[0], HasSubstr("evil.example is not in toolPolicy.allowHosts"));
    EXPECT_EQ(HostRule("*.shop.example"), ".shop.example");
    EXPECT_EQ(HostRule("localhost:8090"), "localhost");
}

TEST(KnowledgeOptions, FindsFilesBesideTheDeclaration) {
    const auto application =
        Parse("KnowledgeBase",
              "  sources:\n  - {uri: shop.csv, idColumn: id, metadata: {shop: north}}\n"
              "  - {uri: docs/, include: ['*.md']}\n  splitter: {kind: row}\n"
              "  search: {limit: 3, kindAttribute: category, prefer: [{attribute: stock, above: "
              "0}]}\n");
    std::vector<std::string> warnings;
    const auto options =
        OrThrow(KnowledgeOptionsOf(application.knowledge_bases.at("one"), Around(), warnings));
    ASSERT_EQ(options.sources.size(), 2U);
    EXPECT_EQ(options.sources[0].uri, "/app/shop.csv");
    EXPECT_EQ(options.sources[0].load.table.id_column, "id");
    EXPECT_EQ(options.sources[0].metadata.at("shop"), "north");
    EXPECT_EQ(options.sources[1].uri, "/app/docs/**/*.md");
    EXPECT_EQ(options.splitter.kind, retrieval::SplitterKind::kRow);
    EXPECT_EQ(options.limit, 3U);
    EXPECT_EQ(options.search.kind_field, "category");
    EXPECT_EQ(options.search.preferred.must.size(), 1U);
    EXPECT_THAT(warnings, IsEmpty());
}

TEST(ModelPart, SaysWhatRunsOnlyInACluster) {
    const auto start = [](const std::string& spec) {
        const auto application = Parse("Model", spec);
        return StartModel(application.models.at("one"), Around(), {[](const auto&) {}, {}});
    };
    const auto vllm = start("  source: hf://a/b\n  engine: vllm\n");
    ASSERT_FALSE(vllm);
    EXPECT_EQ(vllm.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(vllm.error().message, HasSubstr("engine: external"));
    EXPECT_THAT(start("  source: oci://a/b\n").error().message, HasSubstr("in a cluster only"));
    EXPECT_THAT(start("  engine: external\n  external: {url: 'https://x.example/v1', apiKey: "
                      "{env: NONE}}\n")
                    .error()
                    .message,
                HasSubstr("NONE (not set)"));
}

TEST(RoutePart, ChoosesByWeightAmongThoseThatAreThere) {
    resources::RouteSpec route;
    route.backends = {{"small", 9}, {"large", 1}, {"off", 0}};
    route.fallbacks = {{"other", {}}};
    const auto all = [](const std::string&) { return true; };
    EXPECT_EQ(ChooseBackend(route, all, false, 0.0), "small");
    EXPECT_EQ(ChooseBackend(route, all, false, 0.89), "small");
    EXPECT_EQ(ChooseBackend(route, all, false, 0.91), "large");
    const auto only_large = [](const std::string& name) { return name == "large"; };
    EXPECT_EQ(ChooseBackend(route, only_large, false, 0.1), "large");
    const auto only_other = [](const std::string& name) { return name == "other"; };
    EXPECT_EQ(ChooseBackend(route, only_other, false, 0.1), "other");
    EXPECT_EQ(
        ChooseBackend(route, [](const std::string&) { return false; }, false, 0.1), std::nullopt);
}

TEST(RoutePart, TheCanaryGetsItsShareAndThoseWithItsHeader) {
    resources::RouteSpec route;
    route.backends = {{"small", 1}};
    route.canary.emplace();
    route.canary->model = "new";
    route.canary->percent = 20;
    const auto all = [](const std::string&) { return true; };
    EXPECT_EQ(ChooseBackend(route, all, false, 0.19), "new");
    EXPECT_EQ(ChooseBackend(route, all, false, 0.21), "small");
    EXPECT_EQ(ChooseBackend(route, all, true, 0.99), "new");
}

TEST(TenantPart, HoldsAKeyToItsModels) {
    const auto application =
        Parse("Tenant", "  apiKeys: [{name: web, secret: {env: KEY}}]\n  models: [chat]\n");
    const Started started =
        OrThrow(StartTenant(application.tenants.at("one"), application, Around()));
    EXPECT_THAT(started.part->keys, ElementsAre("k-1"));
    EXPECT_THAT(started.message, testing::Not(HasSubstr("k-1")));
    ServerRequest request;
    request.headers = {{"Authorization", "Bearer k-1"}};
    EXPECT_FALSE(RefuseModel({started.part}, request, "chat"));
    const auto refused = RefuseModel({started.part}, request, "secret-model");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 403);
    request.headers = {{"Authorization", "Bearer other"}};
    EXPECT_FALSE(RefuseModel({started.part}, request, "secret-model"));
}

TEST(ResourceTable, ShowsWhatKubectlWould) {
    json::array list;
    list.push_back({{"kind", "Model"},
                    {"name", "chat"},
                    {"state", "Ready"},
                    {"reason", "Running"},
                    {"message", "runs"},
                    {"since", "2025-11-25T08:42:20Z"}});
    const int64_t now = 1'764'060'140'000 + 3 * 60 * 1000;
    EXPECT_EQ(ResourceTable(list, now),
              "KIND   NAME  STATE  REASON   AGE  MESSAGE\n"
              "Model  chat  Ready  Running  3m   runs\n");
    EXPECT_EQ(Age("2025-11-25T08:42:20Z", now), "3m");
    EXPECT_EQ(Age("nonsense", now), "?");
    list[0].as_object()["events"] = json::array{};
    list[0].as_object()["details"] =
        json::object{{"state", "Ready"},
                     {"embedding", "e5"},
                     {"sources", json::array{json::object{{"uri", "a.csv"}, {"documents", 3}},
                                             json::object{{"uri", "b.csv"}, {"upload", false}}}}};
    EXPECT_THAT(DescribeResource(list[0].as_object(), now),
                HasSubstr("Embedding:  e5\n"
                          "Sources:    uri a.csv, documents 3\n"
                          "            uri b.csv\n"));
    EXPECT_THAT(DescribeResource(list[0].as_object(), now),
                HasSubstr("Ready for 3m (since 2025-11-25T08:42:20Z)"));
}

}  // namespace
}  // namespace argosy::local
