#include "retrieval/index/lexical_index.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "retrieval/index/words.h"

namespace argosy::retrieval {
namespace {

using testing::ElementsAre;

std::vector<std::string> Words(std::string_view text) {
    std::vector<std::string> words;
    ForEachWord(text, [&](std::string&& word) { words.push_back(std::move(word)); });
    return words;
}

TEST(Words, FollowUnicodesBoundaries) {
    EXPECT_THAT(Words("Can't stop: 3.14, 1,000 e.g. t_shirt!"),
                ElementsAre("can't", "stop", "3.14", "1,000", "e.g", "t_shirt"));
    EXPECT_THAT(Words("ÄPFEL naïve Straße"), ElementsAre("äpfel", "naïve", "straße"));
    EXPECT_THAT(Words("rain-proof size:42 ___ $5"),
                ElementsAre("rain", "proof", "size", "42", "5"));
    EXPECT_THAT(Words("日本 カメラ"), ElementsAre("日", "本", "カメラ"));
    EXPECT_THAT(Words("a\xFF"
                      "b \xE2\x82"),
                ElementsAre("a", "b"));
    EXPECT_THAT(Words("e\xCC\x81"
                      "a"),
                ElementsAre("e\xCC\x81"
                            "a"));
    EXPECT_EQ(Words(std::string(600, 'x')).size(), 3U);
}

TEST(Analyzer, MakesLucenesEnglishTerms) {
    const Analyzer analyzer(Language::kEnglish);
    EXPECT_THAT(analyzer.Terms("The hiker's waterproof jackets are running, not relational"),
                ElementsAre("hiker", "waterproof", "jacket", "run", "relat"));
    EXPECT_THAT(Analyzer(Language::kNone).Terms("The Jackets"), ElementsAre("the", "jackets"));
}

std::vector<Slot> Slots(const std::vector<SlotScore>& hits) {
    std::vector<Slot> slots;
    for (const SlotScore& hit : hits) slots.push_back(hit.slot);
    return slots;
}

TEST(LexicalIndex, RanksByTheFormula) {
    LexicalIndex index({.k1 = 0.9, .b = 0.4});
    index.Add(0, "red jacket");
    index.Add(1, "blue jacket with red red buttons");
    index.Add(2, "green hat");
    const auto hits = index.Search("red", 10);
    ASSERT_THAT(Slots(hits), ElementsAre(1, 0));
    const double idf = std::log(1 + (3 - 2 + 0.5) / 2.5);
    const double average = 9.0 / 3;
    EXPECT_NEAR(hits[0].score, idf * 2 / (2 + 0.9 * (0.6 + 0.4 * 5 / average)), 1e-6);
    EXPECT_NEAR(hits[1].score, idf * 1 / (1 + 0.9 * (0.6 + 0.4 * 2 / average)), 1e-6);
    EXPECT_TRUE(index.Search("the", 10).empty());
    EXPECT_TRUE(index.Search("unknown", 10).empty());
}

TEST(LexicalIndex, GivesOnlyAllowedSlots) {
    LexicalIndex index({});
    for (Slot slot = 0; slot < 10; ++slot) index.Add(slot, "jacket");
    SlotSet allowed(10);
    allowed.Add(3);
    allowed.Add(8);
    EXPECT_THAT(Slots(index.Search("jackets", 10, &allowed)), ElementsAre(3, 8));
    EXPECT_THAT(Slots(index.Search("jackets", 3)), ElementsAre(0, 1, 2));
}

// After any removals the answers are those of an index that never had what was removed.
RC_GTEST_PROP(LexicalIndex, RemovedTextsLeaveNoTrace, ()) {
    const std::vector<std::string> words = {"red", "blue", "hat", "coat", "wool", "the"};
    const auto texts = *rc::gen::container<std::vector<std::vector<std::string>>>(
        30, rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(words)));
    LexicalIndex all({}), kept({});
    std::vector<Slot> gone;
    for (Slot slot = 0; slot < texts.size(); ++slot) {
        const std::string text = fmt::format("{}", fmt::join(texts[slot], " "));
        all.Add(slot, text);
        if (*rc::gen::inRange(0, 3) > 0) {
            gone.push_back(slot);
        } else {
            kept.Add(slot, text);
        }
    }
    for (const Slot slot : gone) all.Remove(slot);
    for (const Slot slot : gone) all.Remove(slot);  // a second time changes nothing
    RC_ASSERT(all.documents() == kept.documents());
    RC_ASSERT(all.Search("red coat wool", 30) == kept.Search("red coat wool", 30));
}

}  // namespace
}  // namespace argosy::retrieval
