#include "model/chat_format.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "model/builtin_templates.h"
#include "model/model_file.h"
#include "model/template_probe.h"

namespace argosy {
namespace {

struct Sources {
    std::string main, tool;
};

std::optional<std::string> ReadText(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

// "chat_template" of tokenizer_config.json: a text, or a list of named ones.
void ReadConfigTemplates(const json::value& value, Sources& sources) {
    if (value.is_string()) {
        sources.main = value.get_string();
        return;
    }
    if (!value.is_array()) return;
    for (const json::value& entry : value.get_array()) {
        const json::object* named = entry.if_object();
        const json::value* name = named ? named->if_contains("name") : nullptr;
        const json::value* text = named ? named->if_contains("template") : nullptr;
        if (!name || !text || !name->is_string() || !text->is_string()) continue;
        if (name->get_string() == "default") sources.main = text->get_string();
        if (name->get_string() == "tool_use") sources.tool = text->get_string();
    }
}

void ReadDirectory(const std::filesystem::path& directory, Sources& sources) {
    if (const auto text = ReadText(directory / "tokenizer_config.json")) {
        const auto config = ParseJson(*text);
        const json::object* object = config ? config->if_object() : nullptr;
        const json::value* value = object ? object->if_contains("chat_template") : nullptr;
        if (value) ReadConfigTemplates(*value, sources);
    }
    if (auto text = ReadText(directory / "chat_template.jinja")) sources.main = *text;
    if (auto text = ReadText(directory / "additional_chat_templates" / "tool_use.jinja")) {
        sources.tool = *text;
    }
}

Sources ReadSources(const ModelFile& model) {
    Sources sources;
    if (auto text = model.GetString("tokenizer.chat_template")) sources.main = *text;
    if (auto text = model.GetString("tokenizer.chat_template.tool_use")) sources.tool = *text;
    if (auto text = model.GetString("tokenizer.chat_template.default");
        text && sources.main.empty()) {
        sources.main = *text;
    }
    std::error_code ignored;
    if (sources.main.empty() && std::filesystem::is_directory(model.path(), ignored)) {
        ReadDirectory(model.path(), sources);
    }
    return sources;
}

std::string TokenTextOr(const Tokenizer& tokenizer, std::optional<TokenId> id) {
    return id ? std::string(tokenizer.TokenText(*id)) : std::string();
}

bool Has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// kGeneric: none that we can read.
ToolCallStyle DetectStyle(std::string_view source) {
    if (Has(source, "[TOOL_CALLS]")) return ToolCallStyle::kMistral;
    // Some put XML rather than JSON within the same tags.
    const bool xml = Has(source, "<function=") || Has(source, "<arg_key>");
    if (Has(source, "<tool_call>") && !xml) return ToolCallStyle::kHermes;
    const bool llama = Has(source, "\"parameters\": ") && Has(source, "ipython");
    if (llama || Has(source, "<|python_tag|>")) return ToolCallStyle::kLlama3;
    return ToolCallStyle::kGeneric;
}

// Whether the last <think> of a prompt is still open at its end.
bool EndsInThink(std::string_view text) {
    const size_t end = text.find_last_not_of(" \t\r\n");
    return end != std::string_view::npos && text.substr(0, end + 1).ends_with("<think>");
}

}  // namespace

Result<ChatFormat::Candidate> ChatFormat::Examine(std::string_view source, const std::string& bos,
                                                  const std::string& eos, bool with_tools) {
    ARGOSY_TRY(ChatTemplate program, ChatTemplate::Parse(source));
    ARGOSY_TRY(TemplateAbilities abilities, ProbeTemplate(program, bos, eos, with_tools));
    // Calls in a form that we cannot read are of no use: our own instruction is.
    if (DetectStyle(source) == ToolCallStyle::kGeneric) abilities.tools = false;
    return Candidate{std::move(program), abilities};
}

Result<ChatFormat> ChatFormat::Make(std::string_view source, std::string_view tool_source,
                                    const Tokenizer& tokenizer) {
    ChatFormat format;
    format.bos_ = TokenTextOr(tokenizer, tokenizer.bos());
    format.eos_ = TokenTextOr(tokenizer, tokenizer.eos());
    ARGOSY_TRY(Candidate main, Examine(source, format.bos_, format.eos_, false));
    format.template_ = std::move(main.program);
    format.abilities_ = format.tool_abilities_ = main.abilities;
    std::string described(source);
    if (!tool_source.empty()) {
        auto tool = Examine(tool_source, format.bos_, format.eos_, true);
        if (tool && tool->abilities.tools) {
            format.tool_template_ = std::move(tool->program);
            format.tool_abilities_ = tool->abilities;
            described = tool_source;
        } else {
            format.warning_ = "the model's tool_use template is not used: " +
                              (tool ? "it does not render tools" : tool.error().ToString());
        }
    }
    format.Describe(described, tokenizer);
    return format;
}

// Style of tool calls, reasoning, and the tokens that must stay visible for both.
void ChatFormat::Describe(const std::string& source, const Tokenizer& tokenizer) {
    style_ = tool_abilities_.tools ? DetectStyle(source) : ToolCallStyle::kGeneric;
    reasoning_ = Has(source, "<think>") || Has(source, "</think>");
    mistral_space_ = Has(source, "[TOOL_CALLS] [");
    for (const char* text : {"[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "<|python_tag|>", "<tool_call>",
                             "</tool_call>", "<think>", "</think>"}) {
        const auto id = tokenizer.FindToken(text);
        if (id && tokenizer.IsControl(*id)) visible_.push_back(*id);
    }
}

ChatFormat ChatFormat::Builtin(const Tokenizer& tokenizer, std::string reason) {
    const BuiltinTemplate& builtin = FindBuiltinTemplate(
        [&](std::string_view token) { return tokenizer.FindToken(token).has_value(); });
    ChatFormat format = OrThrow(Make(builtin.source, {}, tokenizer));  // ours: tested to work
    format.origin_ = "built-in " + std::string(builtin.name);
    const bool known = tokenizer.FindToken(builtin.marker).has_value();
    format.warning_ = fmt::format(
        "{}; using the {} chat format instead ({}). Answers may be worse than the model's best: "
        "give the right template with --chat-template",
        reason, format.origin_,
        known ? fmt::format("the vocabulary has {}", builtin.marker)
              : "no known special token in the vocabulary, so this is a guess");
    return format;
}

ChatFormat ChatFormat::FromSources(std::string_view source, std::string_view tool_source,
                                   const Tokenizer& tokenizer) {
    if (source.empty()) source = tool_source;
    if (source.empty()) return Builtin(tokenizer, "the model has no chat template");
    auto own = Make(source, tool_source, tokenizer);
    if (!own) {
        return Builtin(tokenizer,
                       "the model's chat template does not work (" + own.error().ToString() + ")");
    }
    own->origin_ = "model";
    return std::move(*own);
}

Result<ChatFormat> ChatFormat::Load(const ModelFile& model, const Tokenizer& tokenizer,
                                    const ChatFormatOptions& options) {
    if (options.source) {
        auto given = Make(*options.source, {}, tokenizer);
        if (!given) return At("--chat-template", std::move(given.error()));
        given->origin_ = "option";
        return given;
    }
    const Sources sources = ReadSources(model);
    return FromSources(sources.main, sources.tool, tokenizer);
}

Result<ChatPrompt> ChatFormat::Render(const ChatRequest& request) const {
    const bool with_tools = !request.tools.empty();
    const bool tool_template = with_tools && tool_template_;
    const TemplateAbilities& abilities = tool_template ? tool_abilities_ : abilities_;
    ChatTemplateInput input;
    ARGOSY_TRY(input.messages, AdaptMessages(request.messages, request.tools, abilities));
    if (abilities.tools) input.tools = request.tools;
    input.add_generation_prompt = request.add_generation_prompt;
    input.bos_token = bos_;
    input.eos_token = eos_;
    input.extra = request.extra;
    input.now_unix_seconds = request.now_unix_seconds;
    ChatPrompt prompt;
    ARGOSY_TRY(prompt.text, (tool_template ? *tool_template_ : template_).Render(input));
    prompt.has_bos = !bos_.empty() && prompt.text.starts_with(bos_);
    prompt.in_reasoning = request.add_generation_prompt && EndsInThink(prompt.text);
    return prompt;
}

ToolCallParserOptions ChatFormat::ParserOptions(const ChatRequest& request,
                                                const ChatPrompt& prompt) const {
    ToolCallParserOptions options;
    options.style = style_;
    options.tools = !request.tools.empty();
    options.reasoning = reasoning_;
    options.in_reasoning = prompt.in_reasoning;
    for (const json::value& tool : request.tools) {
        const json::object* object = tool.if_object();
        const json::value* function = object ? object->if_contains("function") : nullptr;
        const json::object* inner = function ? function->if_object() : object;
        const json::value* name = inner ? inner->if_contains("name") : nullptr;
        if (name && name->is_string()) options.tool_names.emplace_back(name->get_string());
    }
    return options;
}

ToolGrammarSpec ChatFormat::ToolGrammar() const {
    ToolGrammarSpec spec;
    switch (style_) {
        case ToolCallStyle::kHermes:
        case ToolCallStyle::kGeneric:
            spec.call_begin = "<tool_call>\n";
            spec.call_end = "\n</tool_call>";
            spec.separator = "\n";
            break;
        case ToolCallStyle::kLlama3:
            spec.arguments_key = "parameters";
            spec.separator = "; ";
            spec.parallel = false;
            break;
        case ToolCallStyle::kMistral:
            spec.begin = mistral_space_ ? "[TOOL_CALLS] [" : "[TOOL_CALLS][";
            spec.separator = ", ";
            spec.end = "]";
            break;
    }
    return spec;
}

}  // namespace argosy
