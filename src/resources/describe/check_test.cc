#include "resources/describe/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "resources/assistant.h"
#include "resources/model.h"
#include "resources/tenant.h"

namespace argosy::resources {
namespace {

// The problems of a spec, a line each.
template <typename Spec>
std::vector<std::string> ProblemsOf(const std::string& text) {
    Problems problems;
    const auto nodes = ReadYaml(text, problems);
    EXPECT_TRUE(problems.empty());
    std::vector<std::string> lines;
    const FieldShape field{.name = "spec", .shape = ShapeOf<Spec>()};
    for (const Problem& problem : Check(field, nodes.at(0), "spec").problems) {
        lines.push_back(problem.ToString());
    }
    return lines;
}

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Check, AGoodSpecHasNoProblem) {
    EXPECT_THAT(ProblemsOf<ModelSpec>("source: hf://a/b\nresources: {cpu: 2, memory: 4Gi}\n"),
                IsEmpty());
}

TEST(Check, UnknownFieldsNameTheNearest) {
    EXPECT_THAT(
        ProblemsOf<ModelSpec>("source: ./a\nscalling: {}\nscaling: {zzz: 1}\n"),
        ElementsAre("line 2:1: spec: unknown field 'scalling'; did you mean 'scaling'?",
                    "line 3:11: spec.scaling: unknown field 'zzz'; there are cooldown, idleAfter, "
                    "max, min, objective"));
}

TEST(Check, WrongTypesSayWhatWasFoundAndWhatWouldBeRight) {
    EXPECT_THAT(
        ProblemsOf<ModelSpec>("source: 5\ncontext: '512'\ntask: [chat]\nscaling: 3\nargs: -x\n"
                              "resources: {memory: 4096}\nsampling: {temperature: hot}\n"),
        ElementsAre(
            "line 1:9: spec.source: expected a text, found the number 5; write \"5\" in quotes",
            "line 2:10: spec.context: expected a whole number, found the text '512'; write it "
            "without quotes",
            "line 3:7: spec.task: expected one of chat, completion, embedding, rerank, found a "
            "list",
            "line 4:10: spec.scaling: expected a map of min, max, objective, idleAfter, cooldown, "
            "found the number 3",
            "line 5:7: spec.args: expected a list, found the text '-x'",
            "line 6:21: spec.resources.memory: expected a size such as 8Gi, found the number 4096",
            "line 7:25: spec.sampling.temperature: expected a number, found the text 'hot'"));
}

TEST(Check, RangesChoicesAndUnitsSayWhatWouldBeRight) {
    EXPECT_THAT(ProblemsOf<ModelSpec>("source: ./a\nengine: vlm\nscaling: {max: 5000, idleAfter: "
                                      "10 min}\nsampling: {topP: 1.5}\ncontext: 99999999999\n"),
                ElementsAre(HasSubstr("'vlm' is not one of argosy, vllm"),
                            "line 3:16: spec.scaling.max: has to be at most 1000, but is 5000",
                            "line 3:33: spec.scaling.idleAfter: '10 min' is not a duration such as "
                            "30s",
                            "line 4:18: spec.sampling.topP: has to be at most 1, but is 1.5",
                            "line 5:10: spec.context: 99999999999 is too large a number"));
}

TEST(Check, MissingAndDoubledFieldsAreNamed) {
    EXPECT_THAT(
        ProblemsOf<AssistantSpec>("model: a\nmodel: b\ntools:\n- {name: t, name: u}\n"),
        ElementsAre("line 2:1: spec: 'model' is there twice, first on line 1",
                    "line 4:13: spec.tools[0]: 'name' is there twice, first on line 4",
                    HasSubstr("line 4:3: spec.tools[0]: 'description' is missing: What it does"),
                    HasSubstr("line 4:3: spec.tools[0]: 'url' is missing"),
                    HasSubstr("line 1:1: spec: 'prompt' is missing")));
}

TEST(Check, ItemsOfAListHaveDifferentKeys) {
    EXPECT_THAT(
        ProblemsOf<ModelSpec>("source: ./a\nadapters:\n- {name: x, source: ./x}\n- {name: x, "
                              "source: ./y}\n"),
        ElementsAre("line 4:10: spec.adapters[1].name: 'x' is there twice, first on line 3"));
}

TEST(Check, RulesAreToldAtTheFieldTheyAreAbout) {
    EXPECT_THAT(ProblemsOf<ModelSpec>("source: ./a\nscaling:\n  min: 4\n"),
                ElementsAre("line 3:8: spec.scaling: min must not be more than max"));
    EXPECT_THAT(ProblemsOf<ModelSpec>("task: chat\n"),
                ElementsAre("line 1:1: spec: source has to be given, unless engine is external"));
    EXPECT_THAT(ProblemsOf<ModelSpec>("engine: external\n"),
                ElementsAre("line 1:9: spec: engine external needs external"));
    EXPECT_THAT(ProblemsOf<AssistantSpec>("prompt: p\nmodel: a\nroute: b\n"),
                ElementsAre("line 2:8: spec: exactly one of model, route has to be given"));
}

TEST(Check, ASecretIsNeverShown) {
    const auto problems = ProblemsOf<TenantSpec>("apiKeys:\n- {name: web, secret: hunter2}\n");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_THAT(problems[0], HasSubstr("expected a map of env, file, secretKeyRef"));
    EXPECT_THAT(problems[0], Not(HasSubstr("hunter2")));
}

TEST(Check, TextOfUsersIsCutAndEscapedInMessages) {
    const auto problems =
        ProblemsOf<ModelSpec>("source: \"a\\e[31m" + std::string(500, 'x') + "\"\n");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_THAT(problems[0], HasSubstr("'a\\x1b[31mxxx"));
    EXPECT_LT(problems[0].size(), 400u);
}

TEST(Check, MergeKeysAndAmbiguousTextAreExplained) {
    EXPECT_THAT(ProblemsOf<ModelSpec>("source: ./a\n<<: {task: chat}\n"),
                ElementsAre(HasSubstr("merge keys (<<) are no part of YAML 1.2")));
    EXPECT_THAT(ProblemsOf<AssistantSpec>("prompt: yes\nmodel: a\n"),
                ElementsAre(HasSubstr("read 'yes' as no text; write it in quotes")));
}

}  // namespace
}  // namespace argosy::resources
