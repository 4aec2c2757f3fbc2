#include "retrieval/split/sentence_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "retrieval/split/sentences.h"
#include "retrieval/split/testing/generated_text.h"

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Sentences(std::string_view text) {
    std::vector<std::string> sentences;
    for (const Span& span : FindSentences(text)) {
        sentences.emplace_back(Strip(text, span).Of(text));
    }
    return sentences;
}

TEST(Sentences, EndAtStops) {
    EXPECT_THAT(Sentences("It rains. Does it? Yes! It does… Good."),
                ElementsAre("It rains.", "Does it?", "Yes!", "It does…", "Good."));
    EXPECT_THAT(Sentences("\"Go!\" (Really?) Then end."),
                ElementsAre("\"Go!\"", "(Really?)", "Then end."));
    EXPECT_THAT(Sentences("\"Stop!\" he said. So they did."),
                ElementsAre("\"Stop!\" he said.", "So they did."));
}

TEST(Sentences, GoOnAfterAbbreviationsAndNumbers) {
    EXPECT_THAT(
        Sentences("Dr. Smith paid 3.50 to J. R. Tolkien of the U.S. Navy, e.g. Monday. Fine."),
        ElementsAre("Dr. Smith paid 3.50 to J. R. Tolkien of the U.S. Navy, e.g. Monday.",
                    "Fine."));
    EXPECT_THAT(Sentences("See example.com. We ship tents, stoves etc. from stock."),
                ElementsAre("See example.com.", "We ship tents, stoves etc. from stock."));
    EXPECT_THAT(Sentences("1. Open it.\n2. Close it."), ElementsAre("1. Open it.", "2. Close it."));
    EXPECT_THAT(Sentences("It came in 2024. Then it left."),
                ElementsAre("It came in 2024.", "Then it left."));
}

TEST(Sentences, EndInOtherScripts) {
    EXPECT_THAT(Sentences("今日は雨です。「本当？」はい！行こう"),
                ElementsAre("今日は雨です。", "「本当？」", "はい！", "行こう"));
    EXPECT_THAT(Sentences("Он ушёл. Потом пришёл. и остался"),
                ElementsAre("Он ушёл.", "Потом пришёл. и остался"));
    EXPECT_THAT(Sentences("यह है। वह है।"), ElementsAre("यह है।", "वह है।"));
    EXPECT_THAT(Sentences("هل هذا؟ نعم."), ElementsAre("هل هذا؟", "نعم."));
}

TEST(Sentences, EndAtBlankLines) {
    EXPECT_THAT(Sentences("A title\n\nA line\nand another \r\n \r\nEnd"),
                ElementsAre("A title", "A line\nand another", "End"));
    EXPECT_THAT(Sentences(""), ElementsAre());
}

TEST(SentenceSplitter, PacksAndRepeatsWholeSentences) {
    Document document;
    document.text = "One is here. Two is here. Three is here. Four is here.";
    const auto splitter = OrThrow(SentenceSplitter::Make({.chunk_size = 30, .chunk_overlap = 15}));
    std::vector<std::string> texts;
    for (const Chunk& chunk : splitter.Split(document)) texts.push_back(chunk.text);
    EXPECT_THAT(texts, ElementsAre("One is here. Two is here.", "Two is here. Three is here.",
                                   "Three is here. Four is here."));
}

RC_GTEST_PROP(SentenceSplitter, ChunksCoverTheTextAndAreBounded, ()) {
    Document document;
    document.text = *testing::GeneratedText();
    const std::string& text = document.text;
    const auto size = *rc::gen::inRange<size_t>(1, 60);
    const auto overlap = *rc::gen::inRange<size_t>(0, size);
    const auto splitter =
        OrThrow(SentenceSplitter::Make({.chunk_size = size, .chunk_overlap = overlap}));
    size_t covered = 0;
    for (const Chunk& chunk : splitter.Split(document)) {
        RC_ASSERT(CountCodePoints(chunk.text) <= size);
        RC_ASSERT(text.compare(chunk.begin, chunk.text.size(), chunk.text) == 0);
        if (chunk.begin > covered) RC_ASSERT(Strip(text, {covered, chunk.begin}).empty());
        covered = std::max(covered, chunk.begin + chunk.text.size());
    }
    RC_ASSERT(Strip(text, {covered, text.size()}).empty());
}

}  // namespace
}  // namespace argosy::retrieval
