#include "engine/scheduler/stop_matcher.h"

#include <gtest/gtest.h>

namespace argosy {
namespace {

struct Outcome {
    std::string text;
    std::string stop;
    bool operator==(const Outcome&) const = default;
};

Outcome RunPieces(const std::vector<std::string>& stops, const std::vector<std::string>& pieces,
                  bool include = false) {
    StopMatcher matcher(stops, include);
    Outcome outcome;
    for (const auto& piece : pieces) {
        if (auto stop = matcher.Push(piece, true, outcome.text)) {
            outcome.stop = *stop;
            return outcome;
        }
    }
    matcher.Finish(outcome.text);
    return outcome;
}

TEST(StopMatcher, FindsAStopStringAcrossPieces) {
    EXPECT_EQ(RunPieces({"</end>"}, {"Hello <", "/en", "d> more"}), (Outcome{"Hello ", "</end>"}));
}

TEST(StopMatcher, IncludesTheStopStringWhereAsked) {
    EXPECT_EQ(RunPieces({"STOP"}, {"a ST", "OP b"}, true), (Outcome{"a STOP", "STOP"}));
}

TEST(StopMatcher, HoldsBackOnlyWhatMayBecomeAStop) {
    std::vector<std::string> stops{"abcd"};
    StopMatcher matcher(stops, false);
    std::string out;
    EXPECT_FALSE(matcher.Push("xxabc", true, out));
    EXPECT_EQ(out, "xx");
    EXPECT_FALSE(matcher.Push("abc", true, out));
    EXPECT_EQ(out, "xxabc");
    matcher.Finish(out);
    EXPECT_EQ(out, "xxabcabc");
}

TEST(StopMatcher, TheEarliestWinsAndOfThoseTheLongest) {
    EXPECT_EQ(RunPieces({"b", "abc", "ab"}, {"xabc"}), (Outcome{"x", "abc"}));
    EXPECT_EQ(RunPieces({"zz", "y"}, {"1y zz"}), (Outcome{"1", "y"}));
}

TEST(StopMatcher, OverlappingBeginningsAreFound) {
    EXPECT_EQ(RunPieces({"aab"}, {"a", "a", "a", "b"}), (Outcome{"a", "aab"}));
}

TEST(StopMatcher, UnarmedTextPassesAndCannotStopLater) {
    std::vector<std::string> stops{"ab"};
    StopMatcher matcher(stops, false);
    std::string out;
    EXPECT_FALSE(matcher.Push("xa", false, out));
    EXPECT_EQ(out, "xa");
    EXPECT_FALSE(matcher.Push("b", true, out));
    matcher.Finish(out);
    EXPECT_EQ(out, "xab");
}

}  // namespace
}  // namespace argosy
