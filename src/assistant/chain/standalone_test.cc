#include "assistant/chain/standalone.h"

#include <gtest/gtest.h>

#include "lifecycle/shop/dialogue.h"
#include "lifecycle/shop/stall.h"

namespace argosy::assistant {
namespace {

StoredMessage User(std::string text) { return {"user", std::move(text), 0, {}}; }
StoredMessage Answer(std::string text) { return {"assistant", std::move(text), 0, {}}; }

struct Case {
    const char* name;
    const char* question;
    FollowUp kind;
    const char* standalone;
};

class ResolveQuestionTest : public ::testing::TestWithParam<Case> {};

TEST_P(ResolveQuestionTest, ByItsForm) {
    const std::vector<StoredMessage> history{
        User("a waterproof jacket under 80 dollars for hiking?"),
        Answer("Yes, the Alder Trail Parka [1] is waterproof. The Fern Shell [3] costs less.")};
    const Standalone found = ResolveQuestion(GetParam().question, history);
    EXPECT_EQ(found.kind, GetParam().kind);
    EXPECT_EQ(found.question, GetParam().standalone);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ResolveQuestionTest,
    ::testing::Values(
        Case{"Colour", "and in blue?", FollowUp::kFragment,
             "a waterproof jacket under 80 dollars for hiking in blue"},
        Case{"Property", "And blue?", FollowUp::kFragment,
             "a waterproof jacket under 80 dollars for hiking, blue"},
        Case{"AnotherPrice", "under $50?", FollowUp::kFragment,
             "a waterproof jacket for hiking under $50"},
        Case{"AboutOne", "what about the green one?", FollowUp::kFragment,
             "a waterproof jacket under 80 dollars for hiking, the green one"},
        Case{"It", "Is it in stock?", FollowUp::kPronoun, "Is the Alder Trail Parka in stock?"},
        Case{"AndIts", "And what is its weight?", FollowUp::kPronoun,
             "what is the Alder Trail Parka's weight?"},
        Case{"Its", "How much is it, please?", FollowUp::kPronoun,
             "How much is the Alder Trail Parka, please?"},
        Case{"Second", "How heavy is the second one?", FollowUp::kPronoun,
             "How heavy is the Fern Shell?"},
        Case{"ThatOne", "I'll take that one", FollowUp::kPronoun,
             "I'll take the Alder Trail Parka"},
        Case{"Cheaper", "Do you have anything cheaper?", FollowUp::kComparative,
             "a waterproof jacket under 80 dollars for hiking, Do you have anything cheaper than "
             "the Alder Trail Parka"},
        Case{"NewThing", "Do you sell tents for four?", FollowUp::kNone,
             "Do you sell tents for four?"},
        Case{"OtherThing", "what about tents?", FollowUp::kNone, "what about tents?"},
        Case{"Named", "Is the Fern Shell lighter?", FollowUp::kNone, "Is the Fern Shell lighter?"},
        Case{"Thanks", "Thanks!", FollowUp::kNone, "Thanks!"},
        Case{"Empty", "?", FollowUp::kNone, "?"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ResolveQuestion, BuildsOnWhatAFollowUpMeant) {
    std::vector<StoredMessage> history{User("a tent for two?"), Answer("The Fir Tent [1]."),
                                       User("and in green?"), Answer("The Moss Tent [1].")};
    history[2].extra["standalone"] = "a tent for two in green";
    EXPECT_EQ(ResolveQuestion("in red?", history).question, "a tent for two in red");
    EXPECT_EQ(ResolveQuestion("under $90", history).question, "a tent for two in green under $90");
}

TEST(ResolveQuestion, KnowsTitlesFromCitations) {
    std::vector<StoredMessage> history{User("a mug?"), Answer("This fits: [2]")};
    history[1].extra["citations"] = json::array{json::object{{"number", 2}, {"title", "moss mug"}}};
    EXPECT_EQ(ResolveQuestion("is it big?", history).question, "is the moss mug big?");
}

TEST(ResolveQuestion, LeavesTheFirstQuestionAlone) {
    EXPECT_EQ(ResolveQuestion("and in blue?", {}).kind, FollowUp::kNone);
    EXPECT_EQ(ResolveQuestion("", {}).question, "");
}

// The dialogues that our own model learns from.
TEST(ResolveQuestion, FindsTheProductOfTheShopsFollowUps) {
    using namespace lifecycle::shop;
    const Catalogue catalogue = Catalogue::Make(3, 400);
    const Stall stall(catalogue, false);
    const ShowProducts no_search = [](const Turns&, const std::string&) { return Shown(); };
    size_t follow_ups = 0;
    size_t found = 0;
    size_t alone = 0;
    size_t changed = 0;
    for (uint64_t i = 0; i < 3000; ++i) {
        Random random(7, "dialogue", i);
        const Dialogue dialogue = MakeDialogue({random, stall, no_search}, false);
        std::vector<StoredMessage> history;
        for (const auto& [question, answer] : dialogue.history) {
            history.push_back(User(question));
            history.push_back(Answer(answer));
        }
        const Standalone resolved = ResolveQuestion(dialogue.question, history);
        if (history.empty()) {
            ++alone;
            if (resolved.kind != FollowUp::kNone) ++changed;
            continue;
        }
        ++follow_ups;
        // Asked about: the product itself, or the one that something is to be cheaper than.
        const Shelf& subjects = dialogue.also.empty() ? dialogue.first : dialogue.also;
        const std::string& name = subjects[0]->name;
        if (resolved.question.find(name) != std::string::npos) ++found;
    }
    EXPECT_GT(follow_ups, 200u);
    EXPECT_EQ(changed, 0u) << "of " << alone;
    EXPECT_GE(static_cast<double>(found), 0.98 * static_cast<double>(follow_ups)) << found;
}

}  // namespace
}  // namespace argosy::assistant
