#include "assistant/chain/prompt.h"

#include <gtest/gtest.h>

namespace argosy::assistant {
namespace {

TEST(PassageLine, OfTextIsOneLineOfBoundedSize) {
    PromptOptions options;
    options.max_passage_bytes = 12;
    EXPECT_EQ(PassageLine({"1", "one\n\nQuestion: two", "T", "", {}, 0}, 1, options),
              "[1] T: one  Ques...");
    options.max_passage_bytes = 5;
    EXPECT_EQ(PassageLine({"1", "\xC3\xBC\xC3\xBC\xC3\xBC", "", "", {}, 0}, 2, options),
              "[2] \xC3\xBC\xC3\xBC...");
}

TEST(PassageLine, LeavesOutWhatIsMissing) {
    PromptOptions options;
    options.line = "{name} | for {who} | {n:dollars} | {bad:dollars} | always | {title}";
    Passage passage{"1", "x", "T", "", {{"name", "N"}, {"n", 1250}, {"bad", "soon"}}, 0};
    EXPECT_EQ(PassageLine(passage, 1, options), "[1] N | $12.50 | soon | always | T");
    options.line = "{name} [{n}] ({n:dollars}) | {name} of {who}";
    EXPECT_EQ(PassageLine(passage, 7, options), "N [7] ($12.50)");
}

TEST(QuestionText, NumbersWhatFits) {
    PromptOptions options;
    options.heading = "Products:";
    size_t used = 0;
    const std::vector<Passage> two{{"1", "first", "", "", {}, 0}, {"2", "second", "", "", {}, 0}};
    EXPECT_EQ(QuestionText("Which?", two, {}, options, used),
              "Products:\n[1] first\n[2] second\n\nQuestion: Which?");
    EXPECT_EQ(used, 2u);
    options.question_first = true;
    EXPECT_EQ(QuestionText("Which?", two, {}, options, used),
              "Question: Which?\n\nProducts:\n[1] first\n[2] second");
    EXPECT_EQ(QuestionText("Which?", two, {"grey", "under $9"}, options, used),
              "Question: Which?\nNot found: grey, under $9\n\nProducts:\n[1] first\n[2] second");
    options.question_first = false;
    options.max_context_bytes = 12;
    EXPECT_EQ(QuestionText("Which?", two, {}, options, used),
              "Products:\n[1] first\n\nQuestion: Which?");
    EXPECT_EQ(used, 1u);
    EXPECT_EQ(QuestionText("Which?", {}, {}, options, used), "Which?");
}

}  // namespace
}  // namespace argosy::assistant
