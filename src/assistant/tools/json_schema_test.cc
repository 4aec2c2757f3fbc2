#include "assistant/tools/json_schema.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace argosy::assistant {
namespace {

std::string Check(const char* schema, const char* value) {
    const auto compiled = OrThrow(JsonSchema::Compile(json::parse(schema)));
    return fmt::format("{}", fmt::join(compiled.Check(json::parse(value)), "; "));
}

struct Case {
    const char* schema;
    const char* value;
    const char* errors;
};

TEST(JsonSchema, TellsWhatIsWrong) {
    for (const Case& c : std::initializer_list<Case>{
             {"{}", "[1, {}]", ""},
             {"true", "1", ""},
             {"false", "1", "the value is not allowed"},
             {R"({"type": "string"})", "1", "the value must be string, not integer"},
             {R"({"type": ["string", "null"]})", "null", ""},
             {R"({"type": ["string", "null"]})", "{}",
              "the value must be string or null, not object"},
             {R"({"type": "integer"})", "3.0", ""},
             {R"({"type": "integer"})", "3.5", "the value must be integer, not number"},
             {R"({"type": "number"})", "3", ""},
             {R"({"minimum": 1, "maximum": 5})", "0", "the value must be at least 1"},
             {R"({"minimum": 1, "maximum": 5})", "6", "the value must be at most 5"},
             {R"({"exclusiveMinimum": 1})", "1", "the value must be more than 1"},
             {R"({"exclusiveMaximum": 1})", "1", "the value must be less than 1"},
             {R"({"enum": ["a", 1, null]})", "1.0", ""},
             {R"({"enum": ["a", "b"]})", "\"c\"", R"(the value must be one of ["a","b"])"},
             {R"({"const": 7})", "8", "the value must be one of [7]"},
             {R"({"minLength": 2, "maxLength": 3})", "\"\u00fc\"",
              "the value must have at least 2 characters"},
             {R"({"maxLength": 3})", "\"\u00fc\u00fc\u00fc\"", ""},
             {R"({"pattern": "^P[0-9]+$"})", "\"P12\"", ""},
             {R"({"pattern": "^P[0-9]+$"})", "\"xP12\"",
              "the value must match the pattern ^P[0-9]+$"},
             {R"({"items": {"type": "integer"}, "minItems": 1})", "[1, \"x\"]",
              "[1] must be integer, not string"},
             {R"({"minItems": 1})", "[]", "the value must have at least 1 items"},
             {R"({"maxItems": 1})", "[1, 2]", "the value must have at most 1 items"},
             {R"({"required": ["a", "b"]})", R"({"a": 1})", "b is missing"},
             {R"({"properties": {"a": {"properties": {"b": {"type": "boolean"}}}}})",
              R"({"a": {"b": 1}})", "a.b must be boolean, not integer"},
             {R"({"properties": {"a": {}}, "additionalProperties": false})", R"({"a": 1, "z": 2})",
              "z is not allowed"},
             {R"({"additionalProperties": {"type": "string"}})", R"({"z": 2})",
              "z must be string, not integer"},
             {R"({"anyOf": [{"type": "string"}, {"type": "integer"}]})", "1", ""},
             {R"({"anyOf": [{"type": "string"}, {"type": "integer"}]})", "[]",
              "the value fits none of the forms that are allowed"},
             {R"({"oneOf": [{"type": "number"}, {"type": "integer"}]})", "1",
              "the value fits more than one of the forms"},
             {R"({"description": "x", "title": "y", "format": "uri", "default": 1})", "[]", ""}}) {
        EXPECT_EQ(Check(c.schema, c.value), c.errors) << c.schema << " on " << c.value;
    }
}

TEST(JsonSchema, RefusesWhatItCannotCheck) {
    for (const auto& [schema, place] : std::initializer_list<std::pair<const char*, const char*>>{
             {R"({"properties": {"a": {"patternProperties": {}}}})", "properties.a"},
             {R"({"items": {"type": "strin"}})", "items"},
             {R"({"items": {"pattern": "("}})", "items"},
             {R"({"properties": {"a": 1}})", "properties.a"},
             {R"({"minimum": "1"})", ""},
             {R"({"required": "a"})", ""},
             {R"({"minItems": -1})", ""},
             {"[]", ""}}) {
        const auto compiled = JsonSchema::Compile(json::parse(schema));
        ASSERT_FALSE(compiled) << schema;
        EXPECT_EQ(compiled.error().where, place) << schema;
    }
    std::string deep = "{}";
    for (int i = 0; i < 40; ++i) deep = R"({"items": )" + deep + "}";
    EXPECT_FALSE(JsonSchema::Compile(json::parse(deep, {}, {.max_depth = 100})));
}

TEST(JsonSchema, IsNotSlowedDownByAPattern) {
    EXPECT_NE(Check(R"({"pattern": "^(a+)+$"})",
                    R"("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")"),
              "");
}

TEST(JsonSchema, StopsAtTenErrors) {
    const auto compiled = OrThrow(JsonSchema::Compile(json::parse(R"({"items": false})")));
    EXPECT_EQ(compiled.Check(json::array(100, 1)).size(), 10u);
}

}  // namespace
}  // namespace argosy::assistant
