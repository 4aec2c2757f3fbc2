// How one model talks: its chat template (or ours, said loudly, where it has none that works),
// what the template understands, and how the model spells tool calls and reasoning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/chat_messages.h"
#include "model/chat_template.h"
#include "model/tokenizer.h"
#include "model/tool_call_parser.h"

namespace argosy {

class ModelFile;

struct ChatRequest {
    json::array messages;  // OpenAI chat messages
    json::array tools;     // OpenAI tool objects
    json::object extra;    // chat_template_kwargs
    bool add_generation_prompt = true;
    int64_t now_unix_seconds = 0;
};

struct ChatPrompt {
    std::string text;
    /// The text begins with the BOS token: encode it without adding special tokens. (Hugging Face
    /// never adds any to a rendered template, whether it has BOS or not.)
    bool has_bos = false;
    /// The text ends within an open <think>: the answer begins with reasoning.
    bool in_reasoning = false;
};

struct ChatFormatOptions {
    /// A template to use instead of the model's own (--chat-template); its errors are errors.
    std::optional<std::string> source;
};

/// Thread-safe after construction.
class ChatFormat {
  public:
    /// Takes the templates of a GGUF file ("tokenizer.chat_template", "...tool_use") or of a
    /// Hugging Face directory (chat_template.jinja, tokenizer_config.json). Falls back to a
    /// built-in format with a warning(). Errors: only for a template given in the options.
    static Result<ChatFormat> Load(const ModelFile& model, const Tokenizer& tokenizer,
                                   const ChatFormatOptions& options = {});
    /// From template sources: the default one and the one for requests with tools (may be empty).
    static ChatFormat FromSources(std::string_view source, std::string_view tool_source,
                                  const Tokenizer& tokenizer);

    /// Errors: kInvalidArgument (bad messages, or the template's own refusal), kUnsupported (parts
    /// that are no text), kResourceExhausted (a template beyond its limits).
    Result<ChatPrompt> Render(const ChatRequest& request) const;

    /// Why the model's own template is not used; empty where it is. To be logged at start and
    /// shown with the model.
    const std::string& warning() const { return warning_; }
    /// "model", "option", or "built-in chatml".
    const std::string& origin() const { return origin_; }
    ToolCallStyle tool_style() const { return style_; }
    bool reasoning() const { return reasoning_; }
    const TemplateAbilities& abilities() const { return abilities_; }

    /// A parser for the answer to `request`, whose prompt was `prompt`.
    ToolCallParserOptions ParserOptions(const ChatRequest& request, const ChatPrompt& prompt) const;
    /// Fixed texts around forced tool calls.
    ToolGrammarSpec ToolGrammar() const;
    /// Control tokens that the parser has to see as text: decode them with skip_control = false.
    const std::vector<TokenId>& visible_tokens() const { return visible_; }

  private:
    struct Candidate {
        ChatTemplate program;
        TemplateAbilities abilities;
    };

    ChatFormat() = default;
    static Result<Candidate> Examine(std::string_view source, const std::string& bos,
                                     const std::string& eos, bool with_tools);
    static Result<ChatFormat> Make(std::string_view source, std::string_view tool_source,
                                   const Tokenizer& tokenizer);
    static ChatFormat Builtin(const Tokenizer& tokenizer, std::string reason);
    void Describe(const std::string& source, const Tokenizer& tokenizer);

    ChatTemplate template_;
    std::optional<ChatTemplate> tool_template_;
    TemplateAbilities abilities_;
    TemplateAbilities tool_abilities_;
    ToolCallStyle style_ = ToolCallStyle::kGeneric;
    bool reasoning_ = false;
    bool mistral_space_ = false;
    std::string bos_, eos_;
    std::string warning_, origin_;
    std::vector<TokenId> visible_;
};

}  // namespace argosy
