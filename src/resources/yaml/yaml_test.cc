#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "resources/yaml/node.h"
#include "resources/yaml/writer.h"

namespace argosy::resources {
namespace {

std::vector<YamlNode> Read(const std::string& text, const YamlLimits& limits = {}) {
    Problems problems;
    auto documents = ReadYaml(text, problems, limits);
    for (const Problem& problem : problems) ADD_FAILURE() << problem.ToString();
    return documents;
}

Problem ProblemOf(const std::string& text, const YamlLimits& limits = {}) {
    Problems problems;
    ReadYaml(text, problems, limits);
    EXPECT_EQ(problems.size(), 1u);
    return problems.empty() ? Problem() : problems[0];
}

TEST(Yaml, KeepsPlacesQuotesAndKeysThatComeTwice) {
    const auto documents = Read("a: 1\nb: [x, 'y']\n---\n# nothing\n---\na: 2\na: 3\n");
    ASSERT_EQ(documents.size(), 2u);
    const YamlNode* list = documents[0].Find("b");
    ASSERT_NE(list, nullptr);
    EXPECT_EQ(list->items[1].place, (Place{2, 8}));
    EXPECT_FALSE(list->items[0].quoted);
    EXPECT_TRUE(list->items[1].quoted);
    EXPECT_EQ(documents[1].entries.size(), 2u);
}

TEST(Yaml, DocumentsBeforeABrokenOneAreGiven) {
    Problems problems;
    const auto documents = ReadYaml("a: 1\n---\nb: [1\nc: 2\n", problems);
    EXPECT_EQ(documents.size(), 1u);
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].kind, Problem::Kind::kSyntax);
    EXPECT_GE(problems[0].place.line, 3);
}

TEST(Yaml, AliasesAreFollowedAndBombsAreNot) {
    const auto documents = Read("a: &x [1, 2]\nb: *x\n");
    EXPECT_EQ(ToJson(*documents[0].Find("b")), (json::array{1, 2}));
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 20; ++i) {
        bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
    }
    EXPECT_EQ(ProblemOf(bomb).kind, Problem::Kind::kLimit);
    EXPECT_EQ(ProblemOf("a: &x [*x]\n").kind, Problem::Kind::kSyntax);
}

TEST(Yaml, SizeAndDepthAreBounded) {
    EXPECT_EQ(ProblemOf(std::string(1000, '['), {.depth = 20}).kind, Problem::Kind::kLimit);
    EXPECT_EQ(ProblemOf("a: 12345", {.bytes = 4}).kind, Problem::Kind::kLimit);
}

TEST(Yaml, BytesThatAreNoTextAreRefusedWithTheirPlace) {
    const Problem problem = ProblemOf("a: 1\nb: \xFF\n");
    EXPECT_EQ(problem.place, (Place{2, 4}));
    EXPECT_EQ(ProblemOf(std::string("a: \0b", 5)).kind, Problem::Kind::kSyntax);
}

TEST(Yaml, WhatReadersDisagreeAboutIsAmbiguous) {
    const auto meaning = [](const std::string& text) {
        YamlNode scalar;
        scalar.type = YamlNode::Type::kScalar;
        scalar.text = text;
        return MeaningOf(scalar);
    };
    for (const char* text : {"yes", "Off", "n", "017", "0x1F", "1_000", ".inf", "1e999"}) {
        EXPECT_EQ(meaning(text), Meaning::kAmbiguous) << text;
    }
    EXPECT_EQ(meaning("12"), Meaning::kInteger);
    EXPECT_EQ(meaning("-1.5e3"), Meaning::kNumber);
    EXPECT_EQ(meaning("1.2.3"), Meaning::kText);
    EXPECT_EQ(meaning("~"), Meaning::kNull);
    EXPECT_EQ(meaning("True"), Meaning::kBool);
}

TEST(Yaml, IsWrittenForPeople) {
    const json::object value{{"name", "a b"},
                             {"answer", "yes"},
                             {"text", "one\n\n  two\n"},
                             {"list", {1, json::object{{"x", 0.5}}, json::array()}},
                             {"map", {{"address", "http://a:80/b"}}}};
    EXPECT_EQ(WriteYaml(value),
              "name: a b\nanswer: \"yes\"\ntext: |\n  one\n\n    two\nlist:\n- 1\n- x: 0.5\n- []\n"
              "map:\n  address: http://a:80/b\n");
}

json::value ReadBack(const json::value& value) {
    Problems problems;
    const auto documents = ReadYaml(WriteYaml(value), problems);
    return problems.empty() && documents.size() == 1 ? ToJson(documents[0]) : "no YAML";
}

RC_GTEST_PROP(Yaml, AnyTextIsReadAgainAsItWasWritten, ()) {
    // Pieces that mean something to YAML, in any order.
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
        std::vector<std::string>{"a",  " ",   "\n",   "-",   ":",        "#",    "'",
                                 "\"", "\\",  "%",    "{",   "]",        ",",    "|",
                                 ">",  "&",   "*",    "!",   "?",        "\t",   "0",
                                 ".",  "yes", "null", "~",   "\xC3\xA9", "\x7F", "\xE2\x80\xA8",
                                 "<",  "\r",  "---",  "\x01"}));
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    const json::value value = json::object{{"k", text}, {"l", {text}}, {text + "x", {{"m", text}}}};
    RC_ASSERT(ReadBack(value) == value);
}

}  // namespace
}  // namespace argosy::resources
