#include "model/tokenizers/train_bpe.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace argosy::tokenizers {
namespace {

TEST(TrainBpe, MergesTheMostFrequentPairFirst) {
    // Counts: "lo" 7, "ow" 7, "we" 2, "er" 2; of equals the first in byte order.
    const BpeVocabulary v = TrainBpe({{"low", 5}, {"lower", 2}}, 260);
    ASSERT_EQ(v.tokens.size(), 260u);
    EXPECT_EQ(v.merges, (std::vector<std::string>{"l o", "lo w", "e r", "low er"}));
    EXPECT_EQ(v.tokens[259], "lower");
}

TEST(TrainBpe, StopsWhereNoPairStandsTwice) {
    const BpeVocabulary v = TrainBpe({{"ab", 1}, {"cd", 2}}, 1000);
    EXPECT_EQ(v.merges, std::vector<std::string>{"c d"});
    EXPECT_EQ(v.tokens.size(), 257u);
}

TEST(TrainBpe, MergesRepeatedLettersFromTheLeft) {
    const BpeVocabulary v = TrainBpe({{"aaaaa", 2}}, 258);
    EXPECT_EQ(v.merges, (std::vector<std::string>{"a a", "aa a"}));
}

TEST(WordCounter, CutsAsThePreTokenizerOfTheName) {
    WordCounter counter = OrThrow(WordCounter::ForBpe("qwen2"));
    counter.Add("A lamp, $42");
    counter.Add("A lamp");
    const auto& words = counter.words();
    EXPECT_EQ(words.at(" lamp"), 2u);
    EXPECT_EQ(words.at("4"), 1u);  // each digit a word
    EXPECT_EQ(words.at(" $"), 1u);
    EXPECT_FALSE(WordCounter::ForBpe("nobody's"));
}

TEST(WordCounter, CountsWordPiecesWordsWithASpaceBefore) {
    WordCounter counter = WordCounter::ForWordPiece();
    counter.Add("Café LAMP");
    EXPECT_EQ(counter.words(), (std::map<std::string, uint64_t>{{" cafe", 1}, {" lamp", 1}}));
}

}  // namespace
}  // namespace argosy::tokenizers
