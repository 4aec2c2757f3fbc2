#include "retrieval/split/recursive_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "retrieval/split/row_splitter.h"
#include "retrieval/split/testing/generated_text.h"
#include "retrieval/split/text_span.h"

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;

Document Doc(std::string text) {
    return {.id = "d",
            .source = "shop.csv#row=3",
            .title = "A tent",
            .text = std::move(text),
            .metadata = {{"price", 79.5}}};
}

std::vector<std::string> Texts(const std::vector<Chunk>& chunks) {
    std::vector<std::string> texts;
    texts.reserve(chunks.size());
    for (const Chunk& chunk : chunks) texts.push_back(chunk.text);
    return texts;
}

std::vector<std::string> Cut(RecursiveOptions options, std::string text) {
    return Texts(OrThrow(RecursiveSplitter::Make(std::move(options))).Split(Doc(std::move(text))));
}

// The chunks of these were read off LangChain 1.1.3; 10,000 more are in tests/retrieval.
TEST(RecursiveSplitter, CutsAtTheCoarsestSeparatorThatIsThere) {
    EXPECT_THAT(Cut({.chunk_size = 10, .chunk_overlap = 0}, "one two\n\nthree four five"),
                ElementsAre("one two", "three", "four five"));
    EXPECT_THAT(Cut({.chunk_size = 3, .chunk_overlap = 1}, "abcdefg"),
                ElementsAre("abc", "cde", "efg"));
    EXPECT_THAT(Cut({}, ""), ElementsAre());
    EXPECT_THAT(Cut({}, " \n\n\u00a0 "), ElementsAre());
}

TEST(RecursiveSplitter, CountsCodePoints) {
    EXPECT_THAT(Cut({.chunk_size = 2, .chunk_overlap = 0}, "äöü😀é"),
                ElementsAre("äö", "ü😀", "é"));
}

TEST(RecursiveSplitter, PutsSeparatorsWhereAsked) {
    RecursiveOptions options{.chunk_size = 4, .chunk_overlap = 0, .separators = {","}};
    EXPECT_THAT(Cut(options, "ab,,cd,ef"), ElementsAre("ab,", ",cd", ",ef"));
    options.keep_separator = KeepSeparator::kEnd;
    EXPECT_THAT(Cut(options, "ab,,cd,ef"), ElementsAre("ab,,", "cd,", "ef"));
    options.keep_separator = KeepSeparator::kNo;
    options.chunk_size = 6;
    EXPECT_THAT(Cut(options, "ab,,cd,ef"), ElementsAre("ab,cd", "ef"));
}

TEST(RecursiveSplitter, FillsInWhatAChunkHas) {
    const auto splitter = OrThrow(RecursiveSplitter::Make({.chunk_size = 5, .chunk_overlap = 0}));
    const auto chunks = splitter.Split(Doc("  abc\u00a0\n\n  def"));
    ASSERT_EQ(chunks.size(), 2u);
    EXPECT_EQ(chunks[1].id, "d#1");
    EXPECT_EQ(chunks[1].document_id, "d");
    EXPECT_EQ(chunks[1].text, "def");
    EXPECT_EQ(chunks[1].begin, 11u);
    EXPECT_EQ(chunks[1].metadata,
              (json::object{{"price", 79.5}, {"source", "shop.csv#row=3"}, {"title", "A tent"}}));
}

TEST(RecursiveSplitter, RefusesSizesThatCannotBe) {
    EXPECT_FALSE(RecursiveSplitter::Make({.chunk_size = 0, .chunk_overlap = 0}));
    EXPECT_FALSE(RecursiveSplitter::Make({.chunk_size = 5, .chunk_overlap = 6}));
    EXPECT_TRUE(RecursiveSplitter::Make({.chunk_size = 5, .chunk_overlap = 5}));
}

TEST(RowSplitter, LeavesADocumentWhole) {
    const std::string text = " a long row\n\n" + std::string(5000, 'x');
    EXPECT_THAT(Texts(RowSplitter().Split(Doc(text))), ElementsAre(text));
    EXPECT_TRUE(RowSplitter().Split(Doc("")).empty());
}

RC_GTEST_PROP(RecursiveSplitter, ChunksAreBoundedAndStandWhereTheySay, ()) {
    const std::string text = *testing::GeneratedText();
    const auto size = *rc::gen::inRange<size_t>(1, 40);
    const auto overlap = *rc::gen::inRange<size_t>(0, size + 1);
    const auto keep = *rc::gen::element(KeepSeparator::kStart, KeepSeparator::kEnd);
    const auto splitter = OrThrow(RecursiveSplitter::Make(
        {.chunk_size = size, .chunk_overlap = overlap, .keep_separator = keep}));
    size_t blank_from = 0;  // everything before it is in a chunk, or white space
    for (const Chunk& chunk : splitter.Split(Doc(text))) {
        RC_ASSERT(CountCodePoints(chunk.text) <= size);
        RC_ASSERT(text.compare(chunk.begin, chunk.text.size(), chunk.text) == 0);
        if (chunk.begin > blank_from) RC_ASSERT(Strip(text, {blank_from, chunk.begin}).empty());
        blank_from = std::max(blank_from, chunk.begin + chunk.text.size());
    }
    RC_ASSERT(Strip(text, {blank_from, text.size()}).empty());
}

}  // namespace
}  // namespace argosy::retrieval
