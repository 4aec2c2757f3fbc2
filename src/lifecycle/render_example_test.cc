#include "lifecycle/render_example.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <sstream>

#include "lifecycle/dataset_report.h"
#include "model/builtin_templates.h"

namespace argosy::lifecycle {
namespace {

std::unique_ptr<Tokenizer> Load(const char* name, const char* config) {
    std::ifstream in(std::string(ARGOSY_TESTDATA "/tokenizers/") + name);
    std::stringstream text;
    text << in.rdbuf();
    return OrThrow(LoadTokenizerJson(text.str(), config));
}

const Tokenizer& Qwen() {
    static const auto kTokenizer = Load("qwen2.json", R"({"eos_token": "<|im_end|>"})");
    return *kTokenizer;
}

ChatFormat Format(const Tokenizer& tokenizer, const char* name) {
    return ChatFormat::FromSources(FindBuiltinTemplate(name)->source, "", tokenizer);
}

Example Chat(const char* messages) {
    return OrThrow(ParseExampleLine(fmt::format(R"({{"messages": {}}})", messages)));
}

std::vector<TokenId> Counted(const TokenSequence& sequence) {
    std::vector<TokenId> ids;
    for (size_t i = 0; i < sequence.tokens.size(); ++i) {
        if (sequence.loss[i]) ids.push_back(sequence.tokens[i]);
    }
    return ids;
}

std::string CountedText(const Tokenizer& tokenizer, const TokenSequence& sequence) {
    return tokenizer.Decode(Counted(sequence), false);
}

TEST(ExampleRenderer, CountsAnswersAndTheirEndOnly) {
    const ChatFormat format = Format(Qwen(), "chatml");
    const auto row = OrThrow(ExampleRenderer(Qwen(), format).Render(Chat(R"([
        {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"}, {"role": "user", "content": "And now?"},
        {"role": "assistant", "content": "Bye"}])")));
    ASSERT_EQ(row.sequences.size(), 1u);
    EXPECT_TRUE(row.exact && row.ends && !row.split);
    EXPECT_EQ(CountedText(Qwen(), row.sequences[0]), "Hi<|im_end|>Bye<|im_end|>");
}

TEST(ExampleRenderer, LeavesOutAnswersOfNoWeight) {
    const ChatFormat format = Format(Qwen(), "chatml");
    const auto row = OrThrow(ExampleRenderer(Qwen(), format).Render(Chat(R"([
        {"role": "user", "content": "a"}, {"role": "assistant", "content": "Hi", "weight": 0},
        {"role": "user", "content": "b"}, {"role": "assistant", "content": "Bye"}])")));
    EXPECT_EQ(CountedText(Qwen(), row.sequences[0]), "Bye<|im_end|>");
}

// Reasoning stays in the last turn only, as reasoning models' templates do it.
constexpr const char* kForgetful = R"({%- for message in messages -%}
{%- set text = message.content -%}
{%- if message.role == 'assistant' and not loop.last -%}
{%- set text = text.split('</think>')[-1] -%}
{%- endif -%}
{{- '<|im_start|>' ~ message.role ~ '\n' ~ text ~ '<|im_end|>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif -%})";

TEST(ExampleRenderer, MakesASequenceForEachAnswerWhereTheTemplateRewritesEarlierOnes) {
    const ChatFormat format = ChatFormat::FromSources(kForgetful, "", Qwen());
    ASSERT_EQ(format.warning(), "");
    const auto row = OrThrow(ExampleRenderer(Qwen(), format).Render(Chat(R"([
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "<think>x</think>Hi"},
        {"role": "user", "content": "b"},
        {"role": "assistant", "content": "<think>y</think>Bye"}])")));
    EXPECT_TRUE(row.split && row.exact);
    ASSERT_EQ(row.sequences.size(), 2u);
    EXPECT_EQ(CountedText(Qwen(), row.sequences[0]), "<think>x</think>Hi<|im_end|>");
    EXPECT_EQ(CountedText(Qwen(), row.sequences[1]), "<think>y</think>Bye<|im_end|>");
    EXPECT_FALSE(Qwen().Decode(row.sequences[1].tokens, false).contains("<think>x"));
}

TEST(ExampleRenderer, RefusesATemplateWhosePromptIsNotHowItBeginsAnAnswer) {
    const ChatFormat format = ChatFormat::FromSources(
        "{%- for m in messages -%}<|im_start|>{{ m.role ~ ' ' ~ m.content }}<|im_end|>{%- endfor "
        "-%}{%- if add_generation_prompt %}<|im_start|>assistant: {% endif -%}",
        "", Qwen());
    const auto row =
        ExampleRenderer(Qwen(), format)
            .Render(Chat(
                R"([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])"));
    ASSERT_FALSE(row);
    EXPECT_TRUE(row.error().message.contains("messages[1]")) << row.error().message;
}

TEST(ExampleRenderer, RendersCompletionsAndTexts) {
    const auto llama = Load("llama2.json", R"({"bos_token": "<s>", "eos_token": "</s>"})");
    const ChatFormat format = Format(*llama, "llama2");
    const ExampleRenderer renderer(*llama, format);
    const auto completion = OrThrow(
        renderer.Render(OrThrow(ParseExampleLine(R"({"prompt": "2+2=", "completion": "4"})"))));
    EXPECT_EQ(Counted(completion.sequences[0]).back(), llama->eos());
    EXPECT_TRUE(CountedText(*llama, completion.sequences[0]).starts_with("4"));
    const auto text = OrThrow(renderer.Render(OrThrow(ParseExampleLine(R"({"text": "one two"})"))));
    const TokenSequence& sequence = text.sequences[0];
    EXPECT_EQ(sequence.loss[0], 0);
    EXPECT_EQ(sequence.loss_tokens(), sequence.tokens.size() - 1);
    EXPECT_EQ(sequence.tokens.front(), llama->bos());
}

std::string Quoted(const std::string& text) { return json::serialize(json::value(text)); }

// Whatever is said: an answer is learnt after the very tokens that a server would give the model.
RC_GTEST_PROP(ExampleRenderer, TrainsAfterTheServersPrompt, ()) {
    const auto word =
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab \n.,1<|>'")));
    const auto turns = *rc::gen::container<std::vector<std::string>>(4, word);
    const ChatFormat format = Format(Qwen(), "chatml");
    const Example row =
        Chat(fmt::format(R"([{{"role": "user", "content": {}}},
        {{"role": "assistant", "content": {}}}, {{"role": "user", "content": {}}},
        {{"role": "assistant", "content": {}}}])",
                         Quoted(turns[0]), Quoted(turns[1]), Quoted(turns[2]), Quoted(turns[3]))
                 .c_str());
    const auto rendered = OrThrow(ExampleRenderer(Qwen(), format).Render(row));
    RC_ASSERT(rendered.exact);
    const TokenSequence& sequence = rendered.sequences.at(0);
    for (const size_t answer : {1, 3}) {
        ChatRequest request;
        for (size_t i = 0; i < answer; ++i) request.messages.push_back(row.messages[i]);
        const auto prompt =
            Qwen().Encode(OrThrow(format.Render(request)).text, {.add_special = false});
        RC_ASSERT(prompt.size() < sequence.tokens.size());
        RC_ASSERT(std::equal(prompt.begin(), prompt.end(), sequence.tokens.begin()));
        RC_ASSERT(sequence.loss[prompt.size()] == 1 && sequence.loss[prompt.size() - 1] == 0);
    }
    RC_ASSERT(CountedText(Qwen(), sequence) == turns[1] + "<|im_end|>" + turns[3] + "<|im_end|>");
}

TEST(RenderDataset, ReportsLengthsDuplicatesLeaksEmptyAnswersAndPersonalData) {
    Dataset data;
    data.files = {"t.jsonl"};
    const auto add = [&](std::vector<Example>& rows, size_t line, const char* user,
                         const char* say) {
        rows.push_back(Chat(fmt::format(R"([{{"role": "user", "content": "{}"}},
            {{"role": "assistant", "content": "{}"}}])",
                                        user, say)
                                .c_str()));
        rows.back().line = line;
    };
    add(data.train, 1, "Hello there", "Good day");
    add(data.train, 2, "Hello there", "Good day");
    add(data.train, 3, "hello, there!", "good day");
    add(data.train, 4, "mail jane@example.com or bob@example.com", "  ");
    add(data.eval, 5, "Hello there", "Good day");
    const ChatFormat format = Format(Qwen(), "chatml");
    const auto rendered = RenderDataset(data, ExampleRenderer(Qwen(), format), 34);
    ASSERT_TRUE(rendered) << rendered.error().ToString();
    const DatasetReport& report = rendered->report;
    EXPECT_EQ(report.train_rows, 4u);
    EXPECT_EQ(report.duplicates.first, std::vector<std::string>{"t.jsonl:2"});
    EXPECT_EQ(report.near_duplicates.first, std::vector<std::string>{"t.jsonl:3"});
    EXPECT_EQ(report.leaked.first, std::vector<std::string>{"t.jsonl:5"});
    EXPECT_EQ(report.empty_answers.first, std::vector<std::string>{"t.jsonl:4"});
    EXPECT_EQ(report.over_long.first, std::vector<std::string>{"t.jsonl:4"});
    EXPECT_EQ(report.pii.at(PiiKind::kEmail).count, 2u);
    for (const std::string& text : {report.ToText(), json::serialize(report.ToJson())}) {
        EXPECT_FALSE(text.contains("jane@")) << text;
    }
    EXPECT_EQ(MaskPii(data), 2u);
    EXPECT_EQ(data.train[3].messages[0].at("content"), "mail [EMAIL] or [EMAIL]");
}

TEST(LengthFigures, AreByNearestRank) {
    const auto figures = LengthFigures::Of({5, 1, 2, 4, 3});
    EXPECT_EQ(figures.p50, 3u);
    EXPECT_EQ(figures.p95, 5u);
    EXPECT_EQ(figures.total, 15u);
}

}  // namespace
}  // namespace argosy::lifecycle
