// Differences between our interpreter and jinja2 as transformers sets it up: none allowed, over
// what tools/fixtures/chat_templates.py wrote. And the limits that keep a hostile template small.
#include "model/chat_template.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace argosy {
namespace {

json::object ReadFixture(const std::string& name) {
    std::ifstream in(std::string(ARGOSY_TESTDATA "/chat_templates/") + name);
    std::stringstream text;
    text << in.rdbuf();
    return OrThrow(ParseJson(text.str())).as_object();
}

std::string Text(const json::value& value) { return std::string(value.as_string()); }

Result<std::string> ParseAndRender(std::string_view source, const ChatTemplateInput& input) {
    auto parsed = ChatTemplate::Parse(source);
    if (!parsed) return std::unexpected(parsed.error());
    return parsed->Render(input);
}

// "" where the output is the expected one (null: refused), else what differs.
std::string Difference(const json::value& expected, const Result<std::string>& got) {
    if (expected.is_null()) return got ? "rendered, but jinja2 refuses: " + *got : "";
    if (!got) return "refused: " + got.error().ToString() + "; expected: " + Text(expected);
    if (*got == Text(expected)) return "";
    return "got:      " + *got + "\nexpected: " + Text(expected);
}

TEST(ChatTemplate, RendersExpressionsAsJinja2Does) {
    const json::object fixture = ReadFixture("expressions.json");
    ChatTemplateInput input;
    input.extra = fixture.at("context").as_object();
    input.now_unix_seconds = fixture.at("now").as_int64();
    int wrong = 0;
    for (const json::value& item : fixture.at("cases").as_array()) {
        const json::object& test = item.as_object();
        const std::string source = Text(test.at("source"));
        const std::string difference = Difference(test.at("output"), ParseAndRender(source, input));
        if (!difference.empty() && ++wrong <= 60) ADD_FAILURE() << source << "\n" << difference;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_GT(fixture.at("cases").as_array().size(), 1000u);
}

TEST(ChatTemplate, RendersConversationsAsJinja2Does) {
    const json::object fixture = ReadFixture("templates.json");
    int wrong = 0;
    for (const json::value& item : fixture.at("cases").as_array()) {
        const json::object& test = item.as_object();
        ChatTemplateInput input;
        input.messages =
            fixture.at("conversations").at(test.at("conversation").as_string()).as_array();
        if (test.at("tools").as_bool()) input.tools = fixture.at("tools").as_array();
        input.add_generation_prompt = test.at("prompt").as_bool();
        input.bos_token = "<s>";
        input.eos_token = "</s>";
        input.extra = test.at("extra").as_object();
        input.now_unix_seconds = fixture.at("now").as_int64();
        const std::string source =
            Text(fixture.at("templates").at(test.at("template").as_string()));
        const std::string difference = Difference(test.at("output"), ParseAndRender(source, input));
        if (!difference.empty() && ++wrong <= 20) {
            ADD_FAILURE() << json::serialize(item) << "\n" << difference;
        }
    }
    EXPECT_EQ(wrong, 0);
}

struct Hostile {
    const char* name;
    std::string source;
};

class HostileTemplate : public testing::TestWithParam<Hostile> {};

TEST_P(HostileTemplate, IsStoppedAtALimit) {
    const auto got = ParseAndRender(GetParam().source, {});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::kResourceExhausted) << got.error().ToString();
    EXPECT_NE(got.error().where.find("line 1"), std::string::npos) << got.error().ToString();
}

std::string Repeat(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileTemplate,
    testing::Values(
        Hostile{"Steps",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}"
                "{% endfor %}"},
        Hostile{"Output", "{% for a in range(9999) %}{{ 'x' * 99999 }}{% endfor %}"},
        Hostile{"TextRepetition", "{{ 'a' * 10**9 }}"},
        Hostile{"ListRepetition", "{{ [1] * 10**12 }}"},
        Hostile{"Doubling",
                "{% set n = namespace(s='xx') %}{% for i in range(60) %}"
                "{% set n.s = n.s + n.s %}{% endfor %}"},
        Hostile{"ListDoubling",
                "{% set n = namespace(s=[1]) %}{% for i in range(60) %}"
                "{% set n.s = n.s + n.s %}{% endfor %}"},
        Hostile{"SharedListsPrintedWhole",
                "{% set n = namespace(s=[1, 1]) %}{% for i in range(60) %}"
                "{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}"},
        Hostile{"SharedListsCompared",
                "{% set n = namespace(a=[1], b=[1]) %}{% for i in range(60) %}"
                "{% set n.a = [n.a, n.a] %}{% set n.b = [n.b, n.b] %}{% endfor %}{{ n.a == n.b }}"},
        Hostile{"Range", "{{ range(10**15) }}"},
        Hostile{"MacroRecursion", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"},
        Hostile{"ValueNesting",
                "{% set n = namespace(s=[]) %}{% for i in range(9999) %}"
                "{% set n.s = [n.s] %}{% endfor %}"},
        Hostile{"SelfReference", "{% set n = namespace() %}{% set n.n = n %}{{ n }}"},
        Hostile{"Power", "{{ 7 ** 99 ** 9 }}"}, Hostile{"Width", "{{ '%999999999d' % 1 }}"},
        Hostile{"FormatWidth", "{{ '{:999999999}'.format(1) }}"},
        Hostile{"Justify", "{{ 'a'.ljust(10**10) }}"},
        Hostile{"Replace", "{{ ('a' * 99999)|replace('', 'b' * 99999) }}"},
        Hostile{"Join", "{{ ('b' * 99999).join('a' * 99999) }}"},
        Hostile{"Indent", "{{ ('\\n' * 99999)|indent(99999, true, true) }}"},
        Hostile{"Parentheses", "{{ " + Repeat("(", 5000) + "1" + Repeat(")", 5000) + " }}"},
        Hostile{"Negations", "{{ " + Repeat("-", 5000) + "1 }}"},
        Hostile{"Nots", "{{ " + Repeat("not ", 5000) + "1 }}"},
        Hostile{"Sums", "{{ 1" + Repeat(" + 1", 5000) + " }}"},
        Hostile{"Filters", "{{ 1" + Repeat("|abs", 5000) + " }}"},
        Hostile{"Ifs", Repeat("{% if 1 %}", 5000)}),
    [](const auto& info) { return info.param.name; });

TEST(ChatTemplate, ErrorsNameTheLine) {
    auto error = ParseAndRender("a\nb\n{{ 1 + }}", {}).error();
    EXPECT_EQ(error.where, "chat template line 3");
    error = ParseAndRender("a\n{% if true %}\n\n{{ none + 1 }}{% endif %}", {}).error();
    EXPECT_EQ(error.where, "chat template line 4");
    error = ParseAndRender("\n{{ raise_exception('roles must alternate') }}", {}).error();
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(error.message, "roles must alternate");
    EXPECT_EQ(error.where, "chat template line 2");
    EXPECT_EQ(ParseAndRender("{% include 'x' %}", {}).error().code, ErrorCode::kUnsupported);
    EXPECT_FALSE(ChatTemplate::Parse("a\xff"));
}

TEST(ChatTemplate, KnowsWhichVariablesItReads) {
    const auto parsed = ChatTemplate::Parse(
        "{% set x = 1 %}{% for m in messages %}{{ m.tools }}{% endfor %}"
        "{% macro f() %}{{ enable_thinking }}{% endmacro %}");
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->Mentions("messages"));
    EXPECT_TRUE(parsed->Mentions("enable_thinking"));
    EXPECT_FALSE(parsed->Mentions("tools"));
    EXPECT_FALSE(parsed->Mentions("x"));
}

}  // namespace
}  // namespace argosy
