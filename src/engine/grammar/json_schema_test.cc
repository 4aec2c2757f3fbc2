#include "engine/grammar/json_schema.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "engine/grammar/grammar_test_util.h"

namespace argosy {
namespace {

json::array Cases() {
    std::ifstream in(ARGOSY_TESTDATA "/grammar/json_schema.json");
    std::stringstream text;
    text << in.rdbuf();
    return OrThrow(ParseJson(text.str(), 100)).get_array();
}

// Validity of the documents was checked by Python's jsonschema: tools/fixtures/json_schema.py.
TEST(JsonSchema, AdmitsValidAndRefusesInvalidDocuments) {
    const FakeTokenizer tokenizer = ByteTokenizer();
    const TokenMasker masker(tokenizer);
    int count = 0;
    for (const json::value& test : Cases()) {
        const json::object& fields = test.get_object();
        const std::string schema = json::serialize(fields.at("schema"));
        const auto grammar = Grammar::FromJsonSchema(fields.at("schema"));
        ++count;
        if (fields.contains("error")) {
            const std::string_view expected = fields.at("error").get_string();
            ASSERT_FALSE(grammar) << schema;
            EXPECT_TRUE(grammar.error().ToString().contains(expected))
                << schema << " gave " << grammar.error().ToString();
            continue;
        }
        ASSERT_TRUE(grammar) << schema << " " << grammar.error().ToString();
        for (const json::value& text : fields.at("admit").get_array()) {
            EXPECT_TRUE(Admits(masker, *grammar, text.get_string())) << schema << " " << text;
        }
        for (const char* kind : {"refuse", "outside"}) {
            for (const json::value& text : fields.at(kind).get_array()) {
                EXPECT_FALSE(Admits(masker, *grammar, text.get_string())) << schema << " " << text;
            }
        }
    }
    EXPECT_GE(count, 60);
}

TEST(JsonSchema, StringsAreValidJson) {
    const FakeTokenizer tokenizer = ByteTokenizer();
    const TokenMasker masker(tokenizer);
    const auto grammar = OrThrow(Grammar::FromJsonSchema(json::object{{"type", "string"}}));
    for (const char* text : {"\"a\nb\"", "\"\\x41\"", "\"\\ud83d\"", "\"\\ude42\"", "\"\\ud83dx\"",
                             "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\\u12g4\"", "\"a"}) {
        EXPECT_FALSE(Admits(masker, grammar, text)) << text;
    }
}

TEST(JsonSchema, WhiteSpaceAsAsked) {
    const FakeTokenizer tokenizer = ByteTokenizer();
    const TokenMasker masker(tokenizer);
    const json::value schema = OrThrow(ParseJson(
        R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}},
            "b":{"type":"null"}}})"));
    const auto make = [&](JsonWhitespace whitespace) {
        return OrThrow(Grammar::FromJsonSchema(schema, {whitespace, false}));
    };
    const std::string compact = R"({"a":[1,2],"b":null})", spaced = R"({"a": [1, 2], "b": null})",
                      lines = "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": null\n}";
    const auto admits = [&](JsonWhitespace w, const std::string& text) {
        return Admits(masker, make(w), text);
    };
    EXPECT_TRUE(admits(JsonWhitespace::kCompact, compact));
    EXPECT_FALSE(admits(JsonWhitespace::kCompact, spaced));
    EXPECT_TRUE(admits(JsonWhitespace::kSpaced, spaced));
    EXPECT_FALSE(admits(JsonWhitespace::kSpaced, lines));
    EXPECT_TRUE(admits(JsonWhitespace::kFlexible, lines));
    EXPECT_FALSE(admits(JsonWhitespace::kFlexible, "{\n\n\"b\":null}"));
}

TEST(JsonSchema, HugeAndDeepSchemasAreBounded) {
    json::object wide_properties;
    for (int i = 0; i < 2000; ++i) {
        wide_properties[fmt::format("property_{}", i)] = json::object{{"type", "string"}};
    }
    const json::object wide{{"type", "object"}, {"properties", wide_properties}};
    const auto wide_grammar = Grammar::FromJsonSchema(wide);
    EXPECT_TRUE(wide_grammar) << wide_grammar.error().ToString();
    json::value deep = json::object{{"type", "integer"}};
    for (int i = 0; i < 300; ++i) deep = json::object{{"type", "array"}, {"items", deep}};
    EXPECT_FALSE(Grammar::FromJsonSchema(deep));
    json::array choices;
    for (int i = 0; i < 100; ++i) choices.push_back(json::object{{"minLength", i}});
    const json::object product{
        {"allOf", json::array{json::object{{"anyOf", choices}}, json::object{{"anyOf", choices}}}}};
    EXPECT_FALSE(Grammar::FromJsonSchema(product));
    const auto fanout = OrThrow(ParseJson(
        R"({"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"},{"$ref":"#/$defs/b"}]},
            "b":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"})"));
    EXPECT_FALSE(Grammar::FromJsonSchema(fanout));
    const auto nested = OrThrow(ParseJson(
        R"({"type":"array","maxItems":10000,"items":{"type":"array","maxItems":10000,
            "items":{"type":"array","maxItems":10000}}})"));
    EXPECT_FALSE(Grammar::FromJsonSchema(nested));
}

}  // namespace
}  // namespace argosy
