#include "retrieval/split/markdown_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "retrieval/split/markdown_blocks.h"
#include "retrieval/split/testing/generated_text.h"

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;
using Kind = MarkdownBlock::Kind;

std::vector<Chunk> Cut(std::string text, size_t size = 200, size_t overlap = 0) {
    Document document;
    document.text = std::move(text);
    return OrThrow(MarkdownSplitter::Make({.chunk_size = size, .chunk_overlap = overlap}))
        .Split(document);
}

std::string Heading(const Chunk& chunk) { return json::serialize(chunk.metadata.at("headings")); }

TEST(MarkdownBlocks, KnowsHeadingsFencesAndText) {
    const auto blocks = ParseMarkdownBlocks(
        "# One #\n\ntext\nmore\n\n```sh\n# no heading\n\nls\n```\n\nTwo\n---\n#no\n    # code\n");
    ASSERT_EQ(blocks.size(), 5u);
    EXPECT_EQ(blocks[0].title, "One");
    EXPECT_EQ(blocks[1].kind, Kind::kText);
    EXPECT_EQ(blocks[2].kind, Kind::kFence);
    EXPECT_EQ(blocks[3].title, "Two");
    EXPECT_EQ(blocks[3].level, 2);
    EXPECT_EQ(blocks[4].kind, Kind::kText);
}

TEST(MarkdownBlocks, ClosesAFenceOnlyByItsOwnMark) {
    const auto blocks =
        ParseMarkdownBlocks("````\n```\n~~~~\n````\nafter\n\n~~~\nopen\n# to the end");
    ASSERT_EQ(blocks.size(), 3u);
    EXPECT_EQ(blocks[0].span, (Span{0, 19}));
    EXPECT_EQ(blocks[1].kind, Kind::kText);
    EXPECT_EQ(blocks[2].kind, Kind::kFence);
}

TEST(MarkdownSplitter, KeepsThePathOfHeadings) {
    const auto chunks = Cut(
        "intro\n\n# Shop\n\n## Returns\n\nWithin 30 days.\n\n### Cost\n\nFree.\n\n## Hours\n\nNine "
        "to five.\n");
    ASSERT_EQ(chunks.size(), 4u);
    EXPECT_EQ(chunks[0].text, "intro");
    EXPECT_EQ(Heading(chunks[0]), "[]");
    EXPECT_EQ(chunks[1].text, "# Shop\n\n## Returns\n\nWithin 30 days.");
    EXPECT_EQ(Heading(chunks[1]), R"(["Shop","Returns"])");
    EXPECT_EQ(Heading(chunks[2]), R"(["Shop","Returns","Cost"])");
    EXPECT_EQ(Heading(chunks[3]), R"(["Shop","Hours"])");
}

TEST(MarkdownSplitter, KeepsSiblingsWithoutTextApart) {
    const auto chunks = Cut("## A\n\n## B\n\ntext\n");
    ASSERT_EQ(chunks.size(), 2u);
    EXPECT_EQ(Heading(chunks[0]), R"(["A"])");
    EXPECT_EQ(Heading(chunks[1]), R"(["B"])");
}

TEST(MarkdownSplitter, CutsNoFenceThatFits) {
    const std::string fence =
        "```\n" + std::string(20, 'a') + "\n\n" + std::string(20, 'b') + "\n```";
    const auto chunks = Cut("# T\n\n" + std::string(40, 'x') + "\n\n" + fence + "\n\nend", 60);
    ASSERT_EQ(chunks.size(), 2u);
    EXPECT_EQ(chunks[1].text, fence + "\n\nend");
}

TEST(MarkdownSplitter, CutsAFenceThatDoesNot) {
    const std::string lines = "line one\nline two\nline three\nline four\n";
    for (const Chunk& chunk : Cut("```\n" + lines + lines + "```\n", 40)) {
        EXPECT_LE(chunk.text.size(), 40u);
        EXPECT_TRUE(chunk.text.starts_with("line") || chunk.text.starts_with("```"));
    }
}

RC_GTEST_PROP(MarkdownBlocks, CoverTheText, ()) {
    const std::string text = *testing::GeneratedText();
    size_t end = 0;
    for (const MarkdownBlock& block : ParseMarkdownBlocks(text)) {
        RC_ASSERT(block.span.begin == end && block.span.end > end);
        end = block.span.end;
    }
    RC_ASSERT(end == text.size());
}

RC_GTEST_PROP(MarkdownSplitter, ChunksCoverTheTextAndAreBounded, ()) {
    const std::string text = *testing::GeneratedText();
    const auto size = *rc::gen::inRange<size_t>(1, 60);
    const auto overlap = *rc::gen::inRange<size_t>(0, size);
    size_t covered = 0;
    for (const Chunk& chunk : Cut(text, size, overlap)) {
        RC_ASSERT(CountCodePoints(chunk.text) <= size);
        RC_ASSERT(text.compare(chunk.begin, chunk.text.size(), chunk.text) == 0);
        if (chunk.begin > covered) RC_ASSERT(Strip(text, {covered, chunk.begin}).empty());
        covered = std::max(covered, chunk.begin + chunk.text.size());
    }
    RC_ASSERT(Strip(text, {covered, text.size()}).empty());
}

}  // namespace
}  // namespace argosy::retrieval
