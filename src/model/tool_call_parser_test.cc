#include "model/tool_call_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace argosy {
namespace {

// Everything that came out, in one line: texts, then calls; the order of kinds is kept.
std::string Shorten(const std::vector<ChatEvent>& events) {
    std::string out;
    ChatEvent::Kind last = ChatEvent::Kind::kToolCallEnd;
    for (const ChatEvent& event : events) {
        const bool same = event.kind == last;
        switch (event.kind) {
            case ChatEvent::Kind::kContent:
                out += (same ? "" : "|C:") + event.text;
                break;
            case ChatEvent::Kind::kReasoning:
                out += (same ? "" : "|R:") + event.text;
                break;
            case ChatEvent::Kind::kToolCallBegin:
                out += "|T" + std::to_string(event.index) + ":" + event.name;
                break;
            case ChatEvent::Kind::kToolArguments:
                out += event.text;
                break;
            case ChatEvent::Kind::kToolCallEnd:
                out += ";";
                break;
        }
        last = event.kind;
    }
    return out;
}

std::string Outcome(const ToolCallParserOptions& options, const std::vector<std::string>& chunks) {
    ToolCallParser parser(options);
    std::vector<ChatEvent> events;
    for (const std::string& chunk : chunks) {
        for (ChatEvent& event : parser.Push(chunk)) events.push_back(std::move(event));
    }
    for (ChatEvent& event : parser.Finish()) events.push_back(std::move(event));
    return Shorten(events);
}

ToolCallParserOptions With(ToolCallStyle style, bool in_reasoning = false) {
    ToolCallParserOptions options;
    options.style = style;
    options.tools = options.reasoning = true;
    options.in_reasoning = in_reasoning;
    options.tool_names = {"f", "g"};
    return options;
}

struct Case {
    ToolCallParserOptions options;
    std::string text;
    std::string expected;
};

const std::vector<Case>& Cases() {
    const auto hermes = With(ToolCallStyle::kHermes);
    const auto thinking = With(ToolCallStyle::kHermes, true);
    const auto llama = With(ToolCallStyle::kLlama3);
    const auto mistral = With(ToolCallStyle::kMistral);
    const auto generic = With(ToolCallStyle::kGeneric);
    ToolCallParserOptions plain = hermes;
    plain.tools = plain.reasoning = false;
    static const std::vector<Case> cases = {
        {hermes, "Hello, wörld 🙂 \n", "|C:Hello, wörld 🙂 \n"},
        {hermes, "a < b <tool", "|C:a < b <tool"},
        {hermes, "", ""},
        {hermes, " \n", "|C: \n"},
        {hermes, "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1.50}}\n</tool_call>",
         "|T0:f{\"a\": 1.50};"},
        {hermes,
         "I will.\n\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"s\": \"</tool_call> }\\\"\"}}"
         "\n</tool_call>\n<tool_call>{\"arguments\":{},\"name\":\"g\"}</tool_call>\n",
         "|C:I will.|T0:f{\"s\": \"</tool_call> }\\\"\"};|T1:g{};"},
        {hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {}}", "|T0:f{};"},
        {hermes, "<tool_call>{\"name\": \"f\"}</tool_call> and more", "|T0:f{};|C:and more"},
        {hermes, "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 2}\"}</tool_call>",
         "|T0:f{\"a\": 2};"},
        // Not calls: all of it is the answer.
        {hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {",
         "|C:<tool_call>{\"name\": \"f\", \"arguments\": {"},
        {hermes, "<tool_call>nothing</tool_call> x", "|C:<tool_call>nothing</tool_call> x"},
        {hermes, "<tool_call>{'name': 'f'}</tool_call>", "|C:<tool_call>{'name': 'f'}</tool_call>"},
        {hermes, "<tool_call>{\"a\": 1}</tool_call>", "|C:<tool_call>{\"a\": 1}</tool_call>"},
        {hermes, "<tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>",
         "|C:<tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>"},
        {hermes, "<tool_call>{\"name\": <tool_call>{\"name\": \"f\"}</tool_call>",
         "|C:<tool_call>{\"name\":|T0:f{};"},
        {hermes, "<tool_call>", "|C:<tool_call>"},
        {hermes, "{\"name\": \"f\", \"arguments\": {}}", "|C:{\"name\": \"f\", \"arguments\": {}}"},
        // Reasoning.
        {hermes, "<think>\nhm < 2\n</think>\n\nyes", "|R:hm < 2|C:yes"},
        {hermes, "\n<think>a</think>", "|R:a"},
        {hermes, "yes <think>no</think>", "|C:yes <think>no</think>"},
        {thinking, "\nhm</think>\n\n<tool_call>{\"name\":\"g\"}</tool_call>", "|R:hm|T0:g{};"},
        {thinking, "never closed </thin", "|R:never closed </thin"},
        {hermes, "<think></think>x", "|C:x"},
        {plain, "<think>a</think><tool_call>{\"name\":\"f\"}</tool_call>",
         "|C:<think>a</think><tool_call>{\"name\":\"f\"}</tool_call>"},
        // Llama 3.
        {llama, "{\"name\": \"f\", \"parameters\": {\"a\": [1, {}]}}", "|T0:f{\"a\": [1, {}]};"},
        {llama, "<|python_tag|>{\"name\": \"f\", \"parameters\": {}}; {\"name\": \"g\"}",
         "|T0:f{};|T1:g{};"},
        {llama, "\n {\"type\": \"function\", \"name\": \"f\", \"parameters\": {}}", "|T0:f{};"},
        {llama, "{\"name\": \"unknown\", \"parameters\": {}}",
         "|C:{\"name\": \"unknown\", \"parameters\": {}}"},
        {llama, "{\"answer\": 42} is it", "|C:{\"answer\": 42} is it"},
        {llama, "{ braces } are no call", "|C:{ braces } are no call"},
        {llama, "<|python_tag|>print(1)", "|C:<|python_tag|>print(1)"},
        {llama, "See {\"name\": \"f\"}", "|C:See {\"name\": \"f\"}"},
        // Mistral.
        {mistral,
         "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"a\": \"]\"}, \"id\": \"123456789\"}, "
         "{\"name\": \"g\", \"arguments\": {}}]",
         "|T0:f{\"a\": \"]\"};|T1:g{};"},
        {mistral, "[TOOL_CALLS]f[ARGS]{\"a\": 1}[TOOL_CALLS]g[CALL_ID]x1[ARGS]{}",
         "|T0:f{\"a\": 1};|T1:g{};"},
        {mistral, "[TOOL_CALLS]f{\"a\": 1}", "|T0:f{\"a\": 1};"},
        {mistral, "[TOOL_CALLS] hello there", "|C:[TOOL_CALLS] hello there"},
        {mistral, "[TOOL_CALLS] []", "|C:[TOOL_CALLS] []"},
        {mistral, "[TOOL_CALLS] [{\"name\": \"f\"}, 3]", "|C:[TOOL_CALLS] [{\"name\": \"f\"}, 3]"},
        {mistral, "a [TOOL] b", "|C:a [TOOL] b"},
        // Our own instruction.
        {generic, "```json\n{\"name\": \"f\", \"arguments\": {}}\n```", "|T0:f{};"},
        {generic, "{\"function\": {\"name\": \"g\", \"arguments\": {\"x\": null}}}",
         "|T0:g{\"x\": null};"},
        {generic, "```json\n{\"a\": 1}\n```", "|C:```json\n{\"a\": 1}\n```"},
        {generic, "<tool_call>\n{\"name\": \"other\", \"arguments\": {}}\n</tool_call>",
         "|T0:other{};"},
    };
    return cases;
}

TEST(ToolCallParser, TakesAnswersApart) {
    for (const Case& test : Cases()) {
        EXPECT_EQ(Outcome(test.options, {test.text}), test.expected) << test.text;
    }
}

TEST(ToolCallParser, GivesTheSameWhateverTheChunks) {
    for (const Case& test : Cases()) {
        const std::string& text = test.text;
        std::vector<std::string> bytes;
        for (const char c : text) bytes.emplace_back(1, c);
        EXPECT_EQ(Outcome(test.options, bytes), test.expected) << "byte by byte: " << text;
        for (size_t i = 0; i <= text.size(); ++i) {
            ASSERT_EQ(Outcome(test.options, {text.substr(0, i), text.substr(i)}), test.expected)
                << "split at " << i << ": " << text;
            for (size_t j = i; j <= text.size(); ++j) {
                ASSERT_EQ(Outcome(test.options,
                                  {text.substr(0, i), text.substr(i, j - i), text.substr(j)}),
                          test.expected)
                    << "split at " << i << " and " << j << ": " << text;
            }
        }
    }
}

// Random sequences of the pieces that matter: chunks change nothing, and every letter of an answer
// without a complete call comes out.
TEST(ToolCallParser, SurvivesRandomPieces) {
    const std::vector<std::string> pieces = {"<tool_call>",
                                             "</tool_call>",
                                             "<think>",
                                             "</think>",
                                             "[TOOL_CALLS]",
                                             "[ARGS]",
                                             "{",
                                             "}",
                                             "[",
                                             "]",
                                             "\"name\": \"f\"",
                                             "\"arguments\": {}",
                                             ", ",
                                             "\"",
                                             "\\",
                                             " ",
                                             "\n",
                                             "x",
                                             "f",
                                             "<|python_tag|>",
                                             "```json",
                                             "```",
                                             ";",
                                             "{\"name\": \"f\", \"arguments\": {}}",
                                             "<",
                                             "é"};
    for (uint32_t seed = 0; seed < 3000; ++seed) {
        std::mt19937 random(seed);
        std::string text;
        for (uint32_t n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
        auto options = With(static_cast<ToolCallStyle>(random() % 4), random() % 4 == 0);
        const std::string whole = Outcome(options, {text});
        std::vector<std::string> chunks;
        for (size_t at = 0; at < text.size();) {
            const size_t size = 1 + random() % 5;
            chunks.push_back(text.substr(at, size));
            at += size;
        }
        ASSERT_EQ(Outcome(options, chunks), whole) << "seed " << seed << ": " << text;
        if (whole.find("|T") == std::string::npos) {
            EXPECT_EQ(std::count(whole.begin(), whole.end(), 'x'),
                      std::count(text.begin(), text.end(), 'x'))
                << "seed " << seed << ": " << text;
        }
    }
}

TEST(ToolCallParser, StreamsAnswersWithoutDelay) {
    ToolCallParser parser(With(ToolCallStyle::kHermes));
    EXPECT_EQ(Shorten(parser.Push("Hel")), "|C:Hel");
    EXPECT_EQ(Shorten(parser.Push("lo <")), "|C:lo");  // space and "<" wait
    EXPECT_EQ(Shorten(parser.Push("3")), "|C: <3");
}

}  // namespace
}  // namespace argosy
