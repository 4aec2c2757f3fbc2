// A model's generated text, taken apart as it streams: answer, reasoning (<think>), tool calls.
// Whatever the chunks, the texts and calls that come out are the same; what looks like a tool call
// but is none comes out as answer text, so nothing is lost.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/json_scan.h"

namespace argosy {

/// How a model spells its tool calls.
enum class ToolCallStyle {
    kHermes,   // <tool_call>{"name": ..., "arguments": {...}}</tool_call> (Qwen, Hermes)
    kLlama3,   // {"name": ..., "parameters": {...}}, perhaps behind <|python_tag|>
    kMistral,  // [TOOL_CALLS] [{"name": ..., "arguments": {...}}] or [TOOL_CALLS]name[ARGS]{...}
    kGeneric,  // as our own system instruction asks: kHermes, or the object alone or fenced
};
/// "hermes", "llama3", "mistral", "generic".
std::string_view ToString(ToolCallStyle style);

/// The text of forced tool calls, for constrained decoding:
///   begin + calls joined by separator + end, where a call is
///   call_begin + {"name": "<name>", "<arguments_key>": <arguments>} + call_end
/// The fixed texts may hold special tokens: encode them with parse_special.
struct ToolGrammarSpec {
    std::string begin, call_begin, call_end, separator, end;
    std::string arguments_key = "arguments";
    bool parallel = true;  // whether several calls in one answer are usual
};

struct ChatEvent {
    enum class Kind { kContent, kReasoning, kToolCallBegin, kToolArguments, kToolCallEnd };
    Kind kind = Kind::kContent;
    std::string text;  // content, reasoning, or JSON text of arguments
    int index = 0;     // of the tool call
    std::string name;  // at kToolCallBegin
};

struct ToolCallParserOptions {
    ToolCallStyle style = ToolCallStyle::kHermes;
    bool tools = false;         // whether to look for tool calls at all
    bool reasoning = false;     // whether to look for <think> ... </think>
    bool in_reasoning = false;  // the prompt ended with an open <think>
    /// A call without markers around it counts only for one of these names.
    std::vector<std::string> tool_names;
};

/// Single-strand. A call comes out when its JSON is complete: begin, all arguments, end.
class ToolCallParser {
  public:
    explicit ToolCallParser(ToolCallParserOptions options);
    std::vector<ChatEvent> Push(std::string_view text);
    /// The end of the generation: what was held back comes out.
    std::vector<ChatEvent> Finish();
    int tool_calls() const { return calls_; }

  private:
    enum class Mode { kReasoning, kContent, kCallHead, kCallBody, kAfterCall };
    struct Marker {
        std::string_view text;
        bool only_at_start;
    };

    bool Step(bool final);
    bool StepReasoning(bool final);
    bool StepContent(bool final);
    bool StepCallHead(bool final);
    bool StepCallBody(bool final);
    bool StepAfterCall(bool final);
    bool OpenBareCall();
    void OpenCall(size_t marker_size);
    bool TakeCalls(std::string_view body);
    std::optional<std::pair<std::string, std::string>> ReadCall(std::string_view body) const;
    void GiveUpCall(size_t used);
    void EmitText(ChatEvent::Kind kind, std::string_view text);
    void EmitCall(std::string name, std::string arguments);
    bool KnownTool(std::string_view name) const;
    std::vector<Marker> Markers() const;

    ToolCallParserOptions options_;
    Mode mode_ = Mode::kContent;
    std::string buffer_;       // not yet decided
    std::string spaces_;       // seen, but dropped if a call or the end of reasoning follows
    bool at_start_ = true;     // no answer text yet
    bool skip_space_ = false;  // whitespace at the front goes (behind </think> or a call)
    // Of the call being read: its marker in front of buffer_, a name given outside of the JSON,
    // where the JSON starts in buffer_.
    std::string marker_;
    std::string name_;
    size_t body_ = 0;
    JsonScanner scanner_;
    int calls_ = 0;
    std::vector<ChatEvent> events_;
};

}  // namespace argosy
