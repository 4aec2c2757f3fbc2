#include "retrieval/split/token_splitter.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "retrieval/split/make_splitter.h"
#include "retrieval/split/text_span.h"

namespace argosy::retrieval {
namespace {

std::shared_ptr<const Tokenizer> Load(const std::string& name) {
    std::ifstream in(std::string(ARGOSY_TESTDATA) + "/tokenizers/" + name + ".json");
    std::stringstream text;
    text << in.rdbuf();
    return OrThrow(LoadTokenizerJson(text.str(), ""));
}

size_t Count(const Tokenizer& tokenizer, std::string_view text) {
    return tokenizer.Encode(text, {.add_special = false, .parse_special = false}).size();
}

std::string SomeText(unsigned seed) {
    static const std::vector<std::string> kParts = {
        "tent", "waterproof", " ",  "  ",  "\n\n", "的一是在", "naïve", "😀👍🏽", "3.14",
        "ÄÖÜ",  "don't",      ", ", "...", " a",   " of",      "\t",    "<s>",    "[CLS]"};
    std::mt19937 random(seed);
    std::string text;
    for (int i = 0; i < 300; ++i) text += kParts[random() % kParts.size()];
    return text + std::string(400, 'x') + " end";
}

class TokenSplitterOf : public testing::TestWithParam<const char*> {};

TEST_P(TokenSplitterOf, BoundsEachChunkAndCoversTheText) {
    const auto tokenizer = Load(GetParam());
    for (unsigned seed = 0; seed < 8; ++seed) {
        Document document;
        document.text = SomeText(seed);
        const std::string& text = document.text;
        const size_t max = 8 + 9 * seed;
        const auto splitter = OrThrow(TokenSplitter::Make(tokenizer, {max, max / 3}));
        size_t covered = 0;
        size_t overlaps = 0;
        const auto chunks = splitter.Split(document);
        for (const Chunk& chunk : chunks) {
            EXPECT_LE(Count(*tokenizer, chunk.text), max) << chunk.text;
            ASSERT_EQ(text.substr(chunk.begin, chunk.text.size()), chunk.text);
            if (chunk.begin < covered) ++overlaps;
            if (chunk.begin > covered) {
                EXPECT_TRUE(Strip(text, {covered, chunk.begin}).empty());
            }
            EXPECT_GT(chunk.begin + chunk.text.size(), covered);
            covered = chunk.begin + chunk.text.size();
        }
        EXPECT_TRUE(Strip(text, {covered, text.size()}).empty());
        EXPECT_GT(overlaps, 0u);
    }
}

// Byte-level BPE, SentencePiece, WordPiece, Unigram.
INSTANTIATE_TEST_SUITE_P(Kinds, TokenSplitterOf,
                         testing::Values("gpt2", "llama2", "bert-uncased", "xlm-roberta"));

TEST(TokenSplitter, GivesACodePointThatIsTooLongAChunkOfItsOwn) {
    Document document;
    document.text = "\u07E2\u07E2 a";
    const auto splitter = OrThrow(TokenSplitter::Make(Load("gpt2"), {1, 0}));
    std::string together;
    for (const Chunk& chunk : splitter.Split(document)) together += chunk.text;
    EXPECT_EQ(together, "\u07E2\u07E2a");
}

TEST(TokenSplitter, RefusesSizesThatCannotBe) {
    EXPECT_FALSE(TokenSplitter::Make(Load("gpt2"), {0, 0}));
    EXPECT_FALSE(TokenSplitter::Make(Load("gpt2"), {4, 4}));
}

TEST(MakeSplitter, KnowsItsKindsByName) {
    for (const char* name : {"recursive", "strict", "markdown", "sentence", "row"}) {
        EXPECT_TRUE(MakeSplitter(OrThrow(ParseSplitterKind(name)), {})) << name;
    }
    EXPECT_FALSE(MakeSplitter(SplitterKind::kToken, {}));
    EXPECT_TRUE(MakeSplitter(SplitterKind::kToken, {}, Load("gpt2")));
    EXPECT_NE(ParseSplitterKind("sentences").error().message.find("did you mean 'sentence'"),
              std::string::npos);
}

}  // namespace
}  // namespace argosy::retrieval
