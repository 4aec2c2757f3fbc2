#include "engine/grammar/regex.h"

#include <gtest/gtest.h>

#include "engine/grammar/grammar_test_util.h"

namespace argosy {
namespace {

struct Case {
    const char* pattern;
    std::vector<std::string> admitted, refused;
};
class RegexTable : public testing::TestWithParam<Case> {};

TEST_P(RegexTable, AdmitsJustTheTextsOfThePattern) {
    const FakeTokenizer tokenizer = ByteTokenizer();
    const TokenMasker masker(tokenizer);
    const auto grammar = Grammar::FromRegex(GetParam().pattern);
    ASSERT_TRUE(grammar) << grammar.error().ToString();
    for (const std::string& text : GetParam().admitted) {
        EXPECT_TRUE(Admits(masker, *grammar, text)) << text;
    }
    for (const std::string& text : GetParam().refused) {
        EXPECT_FALSE(Admits(masker, *grammar, text)) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Patterns, RegexTable,
    testing::Values(Case{"a|bc", {"a", "bc"}, {"", "b", "abc"}},
                    Case{"^(?:x|(?<name>y))z?$", {"x", "yz"}, {"z", "xy"}},
                    Case{"[a-c\\-]{2,3}", {"ab", "c-a"}, {"a", "abca", "ad"}},
                    Case{"[^\\d\\s]+?", {"ab"}, {"", "a1", "a b"}},
                    Case{"\\u00e9\\x41[\\u{1F600}-\\u{1F602}]", {"\u00e9A\U0001F601"}, {"eA"}},
                    Case{"\\w*\\.\\t.", {"a_1.\tz", ".\t "}, {"a", ".\t\n"}},
                    Case{"[-a]]", {"-]", "a]"}, {"]"}}, Case{"(?:a{2}){3}", {"aaaaaa"}, {"aa"}}));

struct Wrong {
    const char* pattern;
    const char* message;
};
class RegexErrors : public testing::TestWithParam<Wrong> {};

TEST_P(RegexErrors, NameWhatIsWrongAndWhere) {
    const auto grammar = Grammar::FromRegex(GetParam().pattern);
    ASSERT_FALSE(grammar);
    EXPECT_TRUE(grammar.error().ToString().contains(GetParam().message))
        << grammar.error().ToString();
}

INSTANTIATE_TEST_SUITE_P(
    Patterns, RegexErrors,
    testing::Values(Wrong{"ab)", "offset 2"}, Wrong{"(ab", "no ')'"}, Wrong{"[ab", "no ']'"},
                    Wrong{"[a-", "a character should stand"}, Wrong{"[z-a]", "ends before"},
                    Wrong{"\\", "at the end"}, Wrong{"[\\", "at the end"}, Wrong{"*a", "nothing"},
                    Wrong{"a{2}{3}", "repeats nothing"}, Wrong{"a{3,2}", "least above most"},
                    Wrong{"a{2", "expected '}'"}, Wrong{"\\x4", "hexadecimal"},
                    Wrong{"(?<n", "no '>'"}, Wrong{"(?=a)", "look-around"},
                    Wrong{"(a)\\1", "back-reference"}, Wrong{"\\q", "unknown escape"},
                    Wrong{"\xff", "invalid UTF-8"}, Wrong{"a\\b", "anchor"},
                    Wrong{"\\p{L}", "Unicode property"}));

}  // namespace
}  // namespace argosy
