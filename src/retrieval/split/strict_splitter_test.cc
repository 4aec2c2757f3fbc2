#include "retrieval/split/strict_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "retrieval/split/recursive_splitter.h"
#include "retrieval/split/testing/generated_text.h"

namespace argosy::retrieval {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Cut(RecursiveOptions options, std::string text) {
    Document document;
    document.text = std::move(text);
    std::vector<std::string> texts;
    for (const Chunk& chunk : OrThrow(StrictSplitter::Make(std::move(options))).Split(document)) {
        texts.push_back(chunk.text);
    }
    return texts;
}

TEST(StrictSplitter, KeepsTheOverlapThatTheRecursiveOneLoses) {
    const std::string text = "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd";
    const RecursiveOptions options{.chunk_size = 24, .chunk_overlap = 6};
    Document document;
    document.text = text;
    const auto loose = OrThrow(RecursiveSplitter::Make(options)).Split(document);
    ASSERT_EQ(loose.size(), 2u);
    EXPECT_EQ(loose[0].text, "aaaaaaaaaa bbbbbbbbbb");
    EXPECT_EQ(loose[1].text, "cccccccccc dddddddddd");
    EXPECT_THAT(Cut(options, text), ElementsAre("aaaaaaaaaa bbbbbbbbbb", "bbbbbbbbbb cccccccccc",
                                                "cccccccccc dddddddddd"));
}

TEST(StrictSplitter, PrefersCoarseCuts) {
    EXPECT_THAT(Cut({.chunk_size = 22, .chunk_overlap = 0}, "one two three\n\nfour five six seven"),
                ElementsAre("one two three", "four five six seven"));
}

TEST(StrictSplitter, LeavesNothingButARestBehindTheLastCut) {
    EXPECT_THAT(Cut({.chunk_size = 4, .chunk_overlap = 3}, "abcdef"),
                ElementsAre("abcd", "bcde", "cdef"));
    EXPECT_THAT(Cut({}, ""), ElementsAre());
    EXPECT_FALSE(StrictSplitter::Make({.chunk_size = 5, .chunk_overlap = 5}));
}

TEST(StrictSplitter, TakesLinearTime) {
    // Ten million bytes without a separator; quadratic work would never end.
    const auto chunks =
        Cut({.chunk_size = 1000, .chunk_overlap = 100}, std::string(10'000'000, 'x'));
    EXPECT_EQ(chunks.size(), 11111u);
}

RC_GTEST_PROP(StrictSplitter, ChunksCoverTheTextWithBoundedSizesAndOverlaps, ()) {
    const std::string text = *testing::GeneratedText();
    const auto size = *rc::gen::inRange<size_t>(1, 40);
    const auto overlap = *rc::gen::inRange<size_t>(0, size);
    RecursiveOptions options{.chunk_size = size, .chunk_overlap = overlap};
    options.keep_separator = *rc::gen::element(KeepSeparator::kStart, KeepSeparator::kEnd);
    if (*rc::gen::arbitrary<bool>()) options.separators = {"\n", ". "};
    size_t end = 0;
    for (const Span& span : CutStrictly(text, {0, text.size()}, options)) {
        RC_ASSERT(CountCodePoints(span.Of(text)) <= size);
        RC_ASSERT(span.begin <= end && span.end > end);
        const size_t shared =
            CountCodePoints(std::string_view(text).substr(span.begin, end - span.begin));
        if (end > 0) RC_ASSERT(shared >= overlap && shared <= 2 * overlap);
        end = span.end;
    }
    RC_ASSERT(end == text.size());
}

}  // namespace
}  // namespace argosy::retrieval
