#include "assistant/chain/citations.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace argosy::assistant {
namespace {

std::string Filter(CitationFilter& filter, std::string_view text, size_t piece) {
    std::string out;
    for (size_t at = 0; at < text.size(); at += piece) out += filter.Push(text.substr(at, piece));
    return out + filter.Finish();
}

TEST(CitationFilter, KeepsWhatExistsAndDropsTheRest) {
    struct Case {
        const char* text;
        const char* want;
    };
    for (const Case& c :
         std::initializer_list<Case>{{"The Parka [2] is blue.", "The Parka [2] is blue."},
                                     {"The Parka [7] is blue.", "The Parka is blue."},
                                     {"Both [1, 9] and [0].", "Both [1] and."},
                                     {"[1][2][3]", "[1][2]"},
                                     {"an array[i] and [x] and []", "an array[i] and [x] and []"},
                                     {"[1] first", "[1] first"},
                                     {"open [1", "open [1"},
                                     {"[[1]]", "[[1]]"},
                                     {"[123456789012345678901234567890]", ""},
                                     {"ends with a space ", "ends with a space "}}) {
        for (size_t piece = 1; piece < 6; ++piece) {
            CitationFilter filter(2);
            EXPECT_EQ(Filter(filter, c.text, piece), c.want) << c.text << " by " << piece;
        }
    }
}

TEST(CitationFilter, NotesBoth) {
    CitationFilter filter(3);
    Filter(filter, "a [3] b [1] c [3, 8] d [9]", 4);
    EXPECT_EQ(filter.cited(), (std::vector<size_t>{3, 1}));
    EXPECT_EQ(filter.dropped(), (std::vector<size_t>{8, 9}));
}

RC_GTEST_PROP(CitationFilter, GivesTheSameTextHoweverItIsCut, ()) {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::element('[', ']', '1', '2', '9', ',', ' ', 'a'));
    CitationFilter whole(2);
    const std::string want = Filter(whole, text, text.size() + 1);
    CitationFilter cut(2);
    std::string got;
    for (size_t at = 0; at < text.size();) {
        const auto size = *rc::gen::inRange<size_t>(1, 5);
        got += cut.Push(std::string_view(text).substr(at, size));
        at += size;
    }
    got += cut.Finish();
    RC_ASSERT(got == want);
    RC_ASSERT(cut.cited() == whole.cited());
}

}  // namespace
}  // namespace argosy::assistant
