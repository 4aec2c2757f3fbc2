#include "assistant/memory/history.h"

#include <gtest/gtest.h>

#include "assistant/testing/fakes.h"

namespace argosy::assistant {
namespace {

Session Talk(size_t messages) {
    Session session;
    for (size_t i = 0; i < messages; ++i) {
        session.messages.push_back({i % 2 == 0 ? "user" : "assistant", std::to_string(i), 0, {}});
    }
    return session;
}

TEST(ChooseHistory, BeginsWithAUserWithinTheWindow) {
    EXPECT_EQ(ChooseHistory(Talk(6), {.max_messages = 4}).recent.front().content, "2");
    EXPECT_EQ(ChooseHistory(Talk(6), {.max_messages = 3}).recent.front().content, "4");
    EXPECT_EQ(ChooseHistory(Talk(6), {.max_messages = 100}).recent.size(), 6u);
    EXPECT_EQ(ChooseHistory(Talk(6), {.max_messages = 100, .max_bytes = 3}).recent.size(), 2u);
    EXPECT_TRUE(ChooseHistory(Talk(6), {.max_messages = 0}).recent.empty());
    EXPECT_TRUE(ChooseHistory({}, {}).recent.empty());
}

TEST(SummaryDue, WhenEnoughHasLeftTheWindow) {
    const HistoryOptions options{.max_messages = 2, .summarise = true, .summarise_at = 4};
    EXPECT_FALSE(SummaryDue(Talk(4), options));
    const auto work = SummaryDue(Talk(6), options);
    ASSERT_TRUE(work);
    EXPECT_EQ(work->messages.size(), 4u);
    EXPECT_EQ(work->upto, 4u);
    Session later = Talk(6);  // messages 10 to 15, of which 10 and 11 are in the summary
    later.first = 10;
    later.summarised = 12;
    EXPECT_FALSE(SummaryDue(later, options));
    later.summarised = 5;  // some went by the bounds before they were summarised
    ASSERT_TRUE(SummaryDue(later, options));
    EXPECT_EQ(SummaryDue(later, options)->upto, 14u);
    EXPECT_FALSE(SummaryDue(Talk(60), {.max_messages = 2}));
}

TEST(Summarise, AsksTheModelWithWhatWasSaid) {
    const testing::FakeModel model("Ann looks for a blue tent.");
    const SummaryWork work{"She has a dog.", {{"user", "a blue tent?", 0, {}}}, 1};
    const auto summary = Summarise(model, work, {.max_summary_bytes = 20}, {});
    EXPECT_EQ(*summary, "Ann looks for a blue");
    const std::string asked = model.requests()[0].messages[1].content;
    EXPECT_EQ(asked, "Earlier: She has a dog.\nuser: a blue tent?\n");
}

}  // namespace
}  // namespace argosy::assistant
