#include "engine/grammar/ebnf.h"

#include <gtest/gtest.h>

#include "engine/grammar/grammar_test_util.h"

namespace argosy {
namespace {

struct Case {
    const char* grammar;
    std::vector<std::string> admitted, refused;
};

class EbnfTable : public testing::TestWithParam<Case> {};

TEST_P(EbnfTable, AdmitsJustTheTextsOfTheGrammar) {
    const FakeTokenizer tokenizer = ByteTokenizer();
    const TokenMasker masker(tokenizer);
    const auto grammar = Grammar::FromEbnf(GetParam().grammar);
    ASSERT_TRUE(grammar) << grammar.error().ToString();
    for (const std::string& text : GetParam().admitted) {
        EXPECT_TRUE(Admits(masker, *grammar, text)) << text;
    }
    for (const std::string& text : GetParam().refused) {
        EXPECT_FALSE(Admits(masker, *grammar, text)) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Grammars, EbnfTable,
    testing::Values(
        Case{"root ::= \"a\" \"b\"", {"ab"}, {"", "a", "abc", "b"}},
        Case{"root ::= \"a\" | \"b\" | \"\"", {"", "a", "b"}, {"ab"}},
        Case{"root ::= (\"a\" | \"b\")* \"c\"", {"c", "abac"}, {"ab", "cc"}},
        Case{"root ::= [a-c]+ [^a-c]? .", {"a.", "abcxy", "ab"}, {"a", "xa", "axyz"}},
        Case{"root ::= \"a\"{2} \"b\"{1,} \"c\"{0,2}", {"aab", "aabbcc"}, {"ab", "aa", "aabccc"}},
        Case{"root ::= \"\\x41\\u00e9\\U0001F642\\n\\t\\\"\\\\\"",
             {"A\xc3\xa9\xf0\x9f\x99\x82\n\t\"\\"},
             {"A"}},
        Case{"root ::= [\\u4e00-\\u9fff]+", {"\xe4\xbd\xa0\xe5\xa5\xbd"}, {"a", "\xe4\xbd"}},
        Case{"root ::= [^\\n\\]]+ [\\]]", {"ab]"}, {"a\n]", "]"}},
        Case{"# comment\nroot ::= # and here\n  one |\n  two\none ::= \"1\"\n\ntwo ::= \"2\" # end",
             {"1", "2"},
             {"12"}},
        Case{"root ::= (\n \"a\"\n | \"b\"\n)\n", {"a", "b"}, {}},
        Case{"root ::= \"a\"\n  | \"b\"\n  | \"c\"\nx ::= \"x\"", {"a", "b", "c"}, {"x"}},
        // Right, middle, left, hidden left and mutual recursion.
        Case{"root ::= \"a\" root | \"b\"", {"b", "aaab"}, {"a", "ba"}},
        Case{"root ::= \"(\" root \")\" root | \"\"", {"", "()", "(()())()"}, {"(", "())"}},
        Case{"root ::= root \"+\" num | num\nnum ::= [0-9]+", {"1", "1+22+3"}, {"+1", "1+"}},
        Case{
            "root ::= opt root \"x\" | \"y\"\nopt ::= \"z\"?", {"y", "yx", "zyx", "zzyxx"}, {"zy"}},
        Case{"root ::= b \"1\" | \"0\"\nb ::= root \"2\"", {"0", "021", "02121"}, {"02", "01"}},
        Case{"root ::= ws \"a\" ws\nws ::= ([ \\t\\n] ws)?", {"a", "  a\n"}, {"b"}},
        Case{"root ::= root root | \"a\"", {"a", "aaaaa"}, {""}},
        Case{"root ::= (\"a\"* )* \"b\"", {"b", "aab"}, {"a"}},
        Case{"root ::= s s\ns ::= t | \"\"\nt ::= \"a\" t \"b\" | \"ab\"",
             {"", "ab", "aabbab"},
             {"aab"}},
        Case{"root ::= <|call|> \"x\"", {"\xff<|call|>\xffx"}, {"<|call|>x", "x"}},
        // The arithmetic grammar of llama.cpp's examples.
        Case{"root  ::= (expr \"=\" ws term \"\\n\")+\nexpr  ::= term ([-+*/] term)*\n"
             "term  ::= ident | num | \"(\" ws expr \")\" ws\nident ::= [a-z] [a-z0-9_]* ws\n"
             "num   ::= [0-9]+ ws\nws    ::= [ \\t\\n]*",
             {"1+2=3\n", "(a*b)/c = x\n", "1=1\n2=2\n"},
             {"1+=2\n", "1=2"}}));

struct Wrong {
    const char* grammar;
    const char* message;
};
class EbnfErrors : public testing::TestWithParam<Wrong> {};

TEST_P(EbnfErrors, NamesWhatIsWrongAndWhere) {
    const auto grammar = Grammar::FromEbnf(GetParam().grammar);
    ASSERT_FALSE(grammar);
    EXPECT_NE(grammar.error().ToString().find(GetParam().message), std::string::npos)
        << grammar.error().ToString();
}

INSTANTIATE_TEST_SUITE_P(
    Grammars, EbnfErrors,
    testing::Values(
        Wrong{"", "no rule \"root\""}, Wrong{"root ::= x", "line 1 column 10: rule \"x\""},
        Wrong{"root ::= \"a", "no closing"}, Wrong{"root ::= [a", "no closing ']'"},
        Wrong{"root ::= \"a\"\nroot ::= \"b\"", "line 2 column 1: rule \"root\" is defined twice"},
        Wrong{"root = \"a\"", "expected \"::=\""}, Wrong{"root ::= (\"a\"", "expected ')'"},
        Wrong{"root ::= \"\\q\"", "unknown escape"}, Wrong{"root ::= [z-a]", "ends before"},
        Wrong{"root ::= \"a\"{3,2}", "least above most"},
        Wrong{"root ::= \"a\"{99999}", "more than 10000"},
        Wrong{"root ::= \"\\ud800\"", "no character"},
        Wrong{"root ::= \"a\" ) \n", "expected the end of the rule"},
        Wrong{"root ::= \"a\" root", "admits no text"},
        Wrong{"root ::= <[12]>", "tokens by number"},
        Wrong{"root ::= (((\"a\"{9999}){9999}){9999}){9999}", "too large"},
        Wrong{"root ::= ((\"a*\"{0,100}){1,1000} | \"b\"*)*", "too large"}));

TEST(Ebnf, RecursionThroughManyRulesAndDeepNestingStayBounded) {
    std::string chain = "root ::= r0\n", doubling = "root ::= r0\n";
    for (int i = 0; i < 5000; ++i) {
        chain += fmt::format("r{} ::= \"a\" r{}\n", i, i + 1);
    }
    chain += "r5000 ::= \"b\"\n";
    for (int i = 0; i < 60; ++i) doubling += fmt::format("r{} ::= r{} r{}\n", i, i + 1, i + 1);
    doubling += "r60 ::= \"b\" | \"\"\n";
    EXPECT_TRUE(Grammar::FromEbnf(chain));
    const auto grammar = Grammar::FromEbnf(doubling);
    ASSERT_TRUE(grammar) << grammar.error().ToString();
    const FakeTokenizer tokenizer = ByteTokenizer();
    const TokenMasker masker(tokenizer);
    EXPECT_TRUE(Admits(masker, *grammar, "b"));
    const std::string deep =
        "root ::= " + std::string(5000, '(') + "\"a\"" + std::string(5000, ')');
    EXPECT_FALSE(Grammar::FromEbnf(deep));
}

TEST(Ebnf, LongRightRecursionCostsNoStack) {
    const FakeTokenizer tokenizer = ByteTokenizer();
    const TokenMasker masker(tokenizer);
    const auto grammar = Grammar::FromEbnf("root ::= item root | \"\"\nitem ::= [a-z]");
    ASSERT_TRUE(grammar);
    EXPECT_TRUE(Admits(masker, *grammar, std::string(200'000, 'q')));
}

}  // namespace
}  // namespace argosy
