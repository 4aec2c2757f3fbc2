#include "model/chat_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/builtin_templates.h"
#include "model/model_file.h"

namespace argosy {
namespace {

// A vocabulary of special tokens: enough to recognise families.
class FakeTokenizer : public Tokenizer {
  public:
    explicit FakeTokenizer(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}
    std::vector<TokenId> Encode(std::string_view, EncodeOptions) const override { return {}; }
    std::vector<TokenId> EncodePair(std::string_view, std::string_view,
                                    std::vector<int32_t>*) const override {
        return {};
    }
    std::string_view TokenBytes(TokenId) const override { return {}; }
    std::string_view TokenText(TokenId id) const override {
        return tokens_[static_cast<size_t>(id)];
    }
    std::optional<TokenId> FindToken(std::string_view text) const override {
        const auto it = std::find(tokens_.begin(), tokens_.end(), text);
        if (it == tokens_.end()) return std::nullopt;
        return static_cast<TokenId>(it - tokens_.begin());
    }
    bool IsControl(TokenId) const override { return true; }
    std::string Decode(std::span<const TokenId>, bool) const override { return {}; }
    int32_t vocab_size() const override { return static_cast<int32_t>(tokens_.size()); }
    std::optional<TokenId> bos() const override { return 0; }
    std::optional<TokenId> eos() const override { return 1; }
    const std::vector<TokenId>& stop_tokens() const override { return stops_; }

  private:
    std::vector<std::string> tokens_;
    std::vector<TokenId> stops_;
};

FakeTokenizer Vocabulary(std::vector<std::string> more = {}) {
    std::vector<std::string> tokens = {"<s>", "</s>"};
    tokens.insert(tokens.end(), more.begin(), more.end());
    return FakeTokenizer(std::move(tokens));
}

json::array Parse(const char* text) { return OrThrow(ParseJson(text)).as_array(); }

ChatRequest Talk(const char* messages, const char* tools = "[]") {
    ChatRequest request;
    request.messages = Parse(messages);
    request.tools = Parse(tools);
    return request;
}

constexpr const char* kTools =
    R"([{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}])";
constexpr const char* kCalls =
    R"([{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "go"},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "abcdefghi",
         "type": "function", "function": {"name": "look", "arguments": "{\"at\": \"x\"}"}}]},
        {"role": "tool", "tool_call_id": "abcdefghi", "content": "a tree"}])";

std::string TestTemplate(const std::string& name) {
    std::ifstream in(ARGOSY_TESTDATA "/chat_templates/templates.json");
    std::stringstream text;
    text << in.rdbuf();
    const auto fixture = OrThrow(ParseJson(text.str()));
    return std::string(fixture.at("templates").at(name).as_string());
}

TEST(ChatFormat, UsesTheModelsTemplate) {
    const auto format = ChatFormat::FromSources(TestTemplate("chatml"), {}, Vocabulary());
    EXPECT_EQ(format.origin(), "model");
    EXPECT_EQ(format.warning(), "");
    const auto prompt = OrThrow(format.Render(Talk(
        R"([{"role": "user", "content": [{"type": "text", "text": "a"},
                                          {"type": "text", "text": "b"}]}])")));
    EXPECT_EQ(prompt.text, "<|im_start|>user\na\nb<|im_end|>\n<|im_start|>assistant\n");
    EXPECT_FALSE(prompt.has_bos);
}

TEST(ChatFormat, FallsBackLoudlyWhereTheTemplateIsMissingOrBroken) {
    const struct {
        const char* source;
        const char* part;
    } cases[] = {
        {"", "the model has no chat template"},
        {"{% if %}", "line 1"},
        {"{{ nothing.at.all }}", "'nothing' is undefined"},
        {"{% for m in messages %}{{ m.content|nofilter }}{% endfor %}", "No filter named"},
        {"static text", "leaves out what the user said"},
        {"{% for m in messages %}{{ m.content if m.role == 'user' }}{% endfor %}",
         "leaves out earlier answers"},
        {"{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "steps"},
    };
    for (const auto& test : cases) {
        const auto format = ChatFormat::FromSources(test.source, {}, Vocabulary({"<|im_start|>"}));
        EXPECT_EQ(format.origin(), "built-in chatml");
        EXPECT_NE(format.warning().find(test.part), std::string::npos) << format.warning();
        EXPECT_NE(format.warning().find("the vocabulary has <|im_start|>"), std::string::npos);
    }
}

TEST(ChatFormat, RecognisesTheFamilyByItsTokens) {
    const struct {
        const char* token;
        const char* origin;
        const char* prompt;
    } cases[] = {
        {"<|start_header_id|>", "built-in llama3",
         "<s><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>"
         "<|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>"
         "<|start_header_id|>assistant<|end_header_id|>\n\n"},
        {"<start_of_turn>", "built-in gemma",
         "<s><start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\n"},
        {"<|im_start|>", "built-in chatml",
         "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n"
         "<|im_start|>assistant\n"},
        {"<|assistant|>", "built-in phi3",
         "<|system|>\nS<|end|>\n<|user|>\nU<|end|>\n<|assistant|>\n"},
        {"[INST]", "built-in mistral", "<s>[INST] S\n\nU[/INST]"},
        {"<0x0A>", "built-in llama2", "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nU [/INST]"},
        {"none of these", "built-in chatml",
         "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n"
         "<|im_start|>assistant\n"},
    };
    for (const auto& test : cases) {
        const auto format = ChatFormat::FromSources({}, {}, Vocabulary({test.token}));
        EXPECT_EQ(format.origin(), test.origin);
        const auto prompt = OrThrow(format.Render(
            Talk(R"([{"role": "system", "content": "S"}, {"role": "user", "content": "U"}])")));
        EXPECT_EQ(prompt.text, test.prompt);
        EXPECT_EQ(prompt.has_bos, prompt.text.starts_with("<s>"));
        EXPECT_TRUE(format.Render(Talk(kCalls, kTools))) << test.origin;
    }
}

TEST(ChatFormat, DetectsHowToolsAreCalled) {
    const struct {
        const char* name;
        ToolCallStyle style;
        bool reasoning;
    } cases[] = {{"hermes", ToolCallStyle::kHermes, false},
                 {"thinker", ToolCallStyle::kGeneric, true},  // never shows its tools
                 {"instruct_tools", ToolCallStyle::kMistral, false},
                 {"headers", ToolCallStyle::kLlama3, false},
                 {"chatml", ToolCallStyle::kGeneric, false},
                 {"reasoner", ToolCallStyle::kGeneric, true}};
    for (const auto& test : cases) {
        const auto format = ChatFormat::FromSources(TestTemplate(test.name), {}, Vocabulary());
        EXPECT_EQ(format.origin(), "model") << test.name << ": " << format.warning();
        EXPECT_EQ(format.tool_style(), test.style) << test.name << ToString(format.tool_style());
        EXPECT_EQ(format.reasoning(), test.reasoning) << test.name;
        const auto prompt = format.Render(Talk(kCalls, kTools));
        ASSERT_TRUE(prompt) << test.name << ": " << prompt.error().ToString();
        // Mistral's puts the system message only before a user message that comes last.
        const char* system = test.style == ToolCallStyle::kMistral ? "go" : "Be kind.";
        for (const char* part : {"look", system, "a tree", "\"at\": \"x\""}) {
            EXPECT_NE(prompt->text.find(part), std::string::npos)
                << test.name << " lacks " << part << ":\n"
                << prompt->text;
        }
    }
}

TEST(ChatFormat, WritesToolsOutForATemplateWithoutThem) {
    const auto format = ChatFormat::FromSources(TestTemplate("turns"), {}, Vocabulary());
    const auto prompt = OrThrow(format.Render(Talk(kCalls, kTools)));
    EXPECT_NE(prompt.text.find("<tools>\n{\"type\": \"function\""), std::string::npos);
    EXPECT_NE(prompt.text.find("<turn>model\n<tool_call>\n{\"name\": \"look\", \"arguments\": "
                               "{\"at\": \"x\"}}\n</tool_call></turn>"),
              std::string::npos)
        << prompt.text;
    EXPECT_NE(prompt.text.find("<turn>user\n<tool_response>\na tree\n</tool_response></turn>"),
              std::string::npos);
    EXPECT_TRUE(prompt.has_bos);
    EXPECT_EQ(format.ToolGrammar().call_begin, "<tool_call>\n");
}

TEST(ChatFormat, MergesASystemMessageWhereTheTemplateRefusesIt) {
    const auto format = ChatFormat::FromSources(
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}"
        "{{ raise_exception('System role not supported') }}{% endif %}"
        "<{{ m.role }}>{{ m.content }}{% endfor %}",
        {}, Vocabulary());
    EXPECT_EQ(format.origin(), "model");
    EXPECT_EQ(OrThrow(format.Render(Talk(
                          R"([{"role": "system", "content": "S"}, {"role": "user",
                               "content": "U"}])")))
                  .text,
              "<s><user>S\n\nU");
}

TEST(ChatFormat, TakesAToolTemplateThatNeedsTools) {
    const std::string needs =
        "{% for t in tools %}{{ t.function.name }}{% endfor %}" + TestTemplate("hermes");
    const auto format = ChatFormat::FromSources(TestTemplate("chatml"), needs, Vocabulary());
    EXPECT_EQ(format.warning(), "");
    EXPECT_EQ(format.tool_style(), ToolCallStyle::kHermes);
}

TEST(ChatFormat, ReplacesToolCallsThatItCannotRead) {
    std::string odd = TestTemplate("hermes");
    for (size_t at = 0; (at = odd.find("<tool_call>", at)) != std::string::npos;) {
        odd.replace(at, 11, "<tool_call><function=x>");
        at += 20;
    }
    const auto format = ChatFormat::FromSources(odd, {}, Vocabulary());
    EXPECT_EQ(format.tool_style(), ToolCallStyle::kGeneric);
    EXPECT_FALSE(format.abilities().tools);
}

TEST(ChatFormat, UsesTheToolTemplateForRequestsWithTools) {
    const auto format = ChatFormat::FromSources(TestTemplate("chatml"), TestTemplate("hermes"),
                                                Vocabulary({"<tool_call>"}));
    EXPECT_EQ(format.tool_style(), ToolCallStyle::kHermes);
    EXPECT_EQ(format.visible_tokens().size(), 1u);
    const char* hello = R"([{"role": "user", "content": "hello"}])";
    EXPECT_EQ(OrThrow(format.Render(Talk(hello))).text.find("# Tools"), std::string::npos);
    EXPECT_NE(OrThrow(format.Render(Talk(hello, kTools))).text.find("# Tools"), std::string::npos);
}

TEST(ChatFormat, SaysWhereTheAnswerBeginsWithReasoning) {
    const char* hello = R"([{"role": "user", "content": "hello"}])";
    const auto open = ChatFormat::FromSources(TestTemplate("reasoner"), {}, Vocabulary());
    const auto request = Talk(hello);
    const auto prompt = OrThrow(open.Render(request));
    EXPECT_TRUE(prompt.in_reasoning);
    EXPECT_TRUE(open.ParserOptions(request, prompt).in_reasoning);
    const auto closed = ChatFormat::FromSources(TestTemplate("thinker"), {}, Vocabulary());
    auto off = Talk(hello);
    off.extra["enable_thinking"] = false;
    EXPECT_FALSE(OrThrow(closed.Render(off)).in_reasoning);
    EXPECT_TRUE(OrThrow(closed.Render(off)).text.ends_with("<think>\n\n</think>\n\n"));
}

// A Hugging Face directory.
class FakeModel : public ModelFile {
  public:
    explicit FakeModel(std::filesystem::path path) : path_(std::move(path)) {}
    const std::filesystem::path& path() const override { return path_; }
    const MetaValue* Find(std::string_view) const override { return nullptr; }
    std::vector<std::string> keys() const override { return {}; }
    const TensorView* FindTensor(std::string_view) const override { return nullptr; }
    const std::vector<TensorView>& tensors() const override { return tensors_; }
    uint64_t tensor_bytes() const override { return 0; }
    void DropPages() const override {}

  private:
    std::filesystem::path path_;
    std::vector<TensorView> tensors_;
};

TEST(ChatFormat, ReadsNamedTemplatesOfADirectory) {
    const auto directory = std::filesystem::temp_directory_path() / "argosy_chat_format_test";
    std::filesystem::create_directories(directory);
    const json::object config{
        {"chat_template",
         json::array{json::object{{"name", "default"}, {"template", TestTemplate("chatml")}},
                     json::object{{"name", "tool_use"}, {"template", TestTemplate("hermes")}}}}};
    std::ofstream(directory / "tokenizer_config.json") << json::serialize(config);
    const auto format = ChatFormat::Load(FakeModel(directory), Vocabulary());
    std::filesystem::remove_all(directory);
    ASSERT_TRUE(format);
    EXPECT_EQ(format->warning(), "");
    EXPECT_EQ(format->origin(), "model");
    EXPECT_EQ(format->tool_style(), ToolCallStyle::kHermes);
    ChatFormatOptions broken;
    broken.source = "{% if %}";
    EXPECT_FALSE(ChatFormat::Load(FakeModel(directory), Vocabulary(), broken));
}

TEST(ChatFormat, NamesTheMessageThatIsWrong) {
    const auto format = ChatFormat::FromSources(TestTemplate("chatml"), {}, Vocabulary());
    const auto error = [&](const char* messages) {
        const auto prompt = format.Render(Talk(messages));
        return prompt ? "" : prompt.error().ToString();
    };
    EXPECT_NE(error(R"([{"role": "user", "content": "a"}, 3])").find("messages[1]"),
              std::string::npos);
    EXPECT_NE(error(R"([{"content": "a"}])").find("messages[0].role"), std::string::npos);
    EXPECT_NE(error(R"([{"role": "user", "content": 5}])").find("messages[0].content"),
              std::string::npos);
    EXPECT_NE(error(R"([{"role": "user", "content": [{"type": "image_url"}]}])").find("image_url"),
              std::string::npos);
}

}  // namespace
}  // namespace argosy
