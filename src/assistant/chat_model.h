// The model that an assistant talks through, wherever it runs: messages, tools and sampling in;
// text as it comes, tool calls and usage out. Implemented by the embedded engine
// (engine_chat_model.h) and by any OpenAI-compatible server (http_chat_model.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace argosy::assistant {

struct ToolCall {
    std::string id;
    std::string name;
    std::string arguments;  // JSON text as the model wrote it; may be no JSON at all

    bool operator==(const ToolCall&) const = default;
};

struct Message {
    std::string role;  // "system", "user", "assistant", "tool"
    std::string content;
    std::vector<ToolCall> calls{};  // of "assistant"
    std::string call_id{};          // of "tool": which call it answers

    bool operator==(const Message&) const = default;
};

struct ToolSpec {
    std::string name;
    std::string description;
    json::object parameters;  // a JSON Schema
};

struct Sampling {
    std::optional<float> temperature;  // nothing: the model's own
    std::optional<float> top_p;
    std::optional<uint64_t> seed;
    int32_t max_tokens = 512;
    std::vector<std::string> stop;
};

struct ModelRequest {
    std::vector<Message> messages;
    std::vector<ToolSpec> tools;
    Sampling sampling;
};

struct ModelUsage {
    int64_t prompt_tokens = 0;
    int64_t cached_tokens = 0;
    int64_t completion_tokens = 0;

    ModelUsage& operator+=(const ModelUsage& other) {
        prompt_tokens += other.prompt_tokens;
        cached_tokens += other.cached_tokens;
        completion_tokens += other.completion_tokens;
        return *this;
    }
};

struct ModelReply {
    std::string text{};
    std::vector<ToolCall> calls{};
    std::string finish{};  // "stop", "length", "tool_calls"
    ModelUsage usage{};
};

/// Gets the answer's text as it comes. False ends the generation: the reply is then what came.
using TextSink = std::function<bool(std::string_view text)>;

/// Thread-safe: many calls may run at once.
class ChatModel {
  public:
    virtual ~ChatModel() = default;
    virtual const std::string& name() const = 0;
    /// Blocks until the answer is whole; `on_text` may run on another thread meanwhile, never after
    /// the return. Errors: kInvalidArgument (a prompt too long, bad tools), kCancelled (`stop`),
    /// kResourceExhausted, kUnavailable, kDeadlineExceeded, and others as the server reports them.
    virtual Result<ModelReply> Chat(const ModelRequest& request, const TextSink& on_text,
                                    std::stop_token stop) const = 0;
};

/// As OpenAI's chat API has them: "messages" and "tools".
json::array MessagesToJson(const std::vector<Message>& messages);
json::array ToolsToJson(const std::vector<ToolSpec>& tools);

}  // namespace argosy::assistant
