#include "local/start_plan.h"

#include <gtest/gtest.h>

namespace argosy::local {
namespace {

using resources::Kind;

std::string Document(const std::string& kind, const std::string& name, const std::string& spec) {
    return fmt::format(
        "---\napiVersion: argosy.dev/v1alpha1\nkind: {}\nmetadata: {{name: {}}}\n"
        "spec: {{{}}}\n",
        kind, name, spec);
}

const std::string kChat = Document("Model", "chat", "source: ./chat.gguf");
const std::string kEmbed = Document("Model", "embed", "source: ./embed.gguf, task: embedding");
const std::string kBase = Document("KnowledgeBase", "base", "embedding: embed");
const std::string kHelp =
    Document("Assistant", "help", "prompt: Help., model: chat, knowledge: [base]");
const std::string kOther = Document("Assistant", "other", "prompt: Other., model: chat");

Application Parse(const std::string& text) {
    auto application = resources::ParseApplication(text);
    EXPECT_TRUE(application.has_value()) << ToError(application.error()).message;
    return application ? *application : Application{};
}

const ResourceId kChatId{Kind::kModel, "chat"}, kEmbedId{Kind::kModel, "embed"},
    kBaseId{Kind::kKnowledgeBase, "base"}, kHelpId{Kind::kAssistant, "help"},
    kOtherId{Kind::kAssistant, "other"};

TEST(PlanChange, StartsAllAfterWhatTheyNeed) {
    const StartPlan plan = PlanChange({}, Parse(kHelp + kBase + kEmbed + kChat), {});
    EXPECT_TRUE(plan.stop.empty());
    const auto at = [&](const ResourceId& id) {
        return std::ranges::find(plan.start, id) - plan.start.begin();
    };
    EXPECT_EQ(plan.start.size(), 4U);
    EXPECT_LT(at(kEmbedId), at(kBaseId));
    EXPECT_LT(at(kBaseId), at(kHelpId));
    EXPECT_LT(at(kChatId), at(kHelpId));
}

TEST(PlanChange, LeavesWhatIsAsItWas) {
    const Application all = Parse(kChat + kEmbed + kBase + kHelp);
    EXPECT_EQ(PlanChange(all, all, {}), StartPlan{});
    // Moved within the file: no change.
    EXPECT_EQ(PlanChange(all, Parse(kHelp + kBase + kEmbed + kChat), {}), StartPlan{});
}

TEST(PlanChange, AChangeReachesAllThatStandOnIt) {
    const std::string changed = Document("Model", "embed", "source: ./new.gguf, task: embedding");
    const StartPlan plan = PlanChange(Parse(kChat + kEmbed + kBase + kHelp + kOther),
                                      Parse(kChat + changed + kBase + kHelp + kOther), {});
    EXPECT_EQ(plan.start, (std::vector{kEmbedId, kBaseId, kHelpId}));
    EXPECT_TRUE(plan.stop.empty());
}

TEST(PlanChange, StopsWhatIsGoneAndStartsAnewWhatUsedIt) {
    const std::string without = Document("Assistant", "help", "prompt: Help., model: chat");
    const StartPlan plan =
        PlanChange(Parse(kChat + kEmbed + kBase + kHelp), Parse(kChat + without), {});
    EXPECT_EQ(plan.stop, (std::vector{kBaseId, kEmbedId}));
    EXPECT_EQ(plan.start, std::vector{kHelpId});
}

TEST(PlanChange, TriesAgainWhatFailedAndWhatWaitedForIt) {
    const Application all = Parse(kChat + kEmbed + kBase + kHelp + kOther);
    const StartPlan plan = PlanChange(all, all, {kEmbedId, kBaseId, kHelpId});
    EXPECT_EQ(plan.start, (std::vector{kEmbedId, kBaseId, kHelpId}));
}

}  // namespace
}  // namespace argosy::local
