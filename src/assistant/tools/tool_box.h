// The functions that a model may call: what they are, and one call from the model's text to the
// text that it gets back. Arguments are checked against the tool's schema first; whatever goes
// wrong is told to the model, so that it can do better.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "assistant/chat_model.h"
#include "assistant/tools/json_schema.h"

namespace argosy::assistant {

struct ToolContext {
    std::stop_token stop;  // the client left
    std::chrono::milliseconds timeout{20'000};
};

/// Thread-safe.
class Tool {
  public:
    virtual ~Tool() = default;
    virtual const ToolSpec& spec() const = 0;
    /// Whether it checks arguments itself: then a schema with words that ours does not know is let
    /// through, and its arguments unchecked.
    virtual bool checks_arguments() const { return false; }
    /// Blocks, at most for the timeout. `arguments` fit the schema. The text is for the model.
    virtual Result<std::string> Call(const json::object& arguments,
                                     const ToolContext& context) const = 0;
};

struct ToolLimits {
    size_t max_rounds = 4;  // answers of the model that call tools, for one question
    size_t max_calls = 8;   // of one round; further ones are refused
    std::chrono::milliseconds timeout{20'000};  // of one call
    size_t max_result_bytes = 16 << 10;         // the rest is cut
};

struct ToolOutcome {
    std::string content;  // for the model
    bool ok = false;
    std::string problem;  // "unknown_tool", "bad_arguments", "failed"
};

/// Thread-safe once filled.
class ToolBox {
  public:
    explicit ToolBox(ToolLimits limits = {}) : limits_(limits) {}

    /// kAlreadyExists for a second tool of the name; kInvalidArgument for a name that models do not
    /// take (a-z A-Z 0-9 _ - up to 64), or a schema that is none.
    Result<void> Add(std::unique_ptr<Tool> tool);
    std::vector<ToolSpec> specs() const;
    bool empty() const { return entries_.empty(); }
    const ToolLimits& limits() const { return limits_; }

    ToolOutcome Call(const ToolCall& call, std::stop_token stop) const;

  private:
    struct Entry {
        std::unique_ptr<Tool> tool;
        std::optional<JsonSchema> schema;
    };
    const Entry* Find(const std::string& name) const;
    std::string KnownNames() const;

    ToolLimits limits_;
    std::vector<Entry> entries_;
};

}  // namespace argosy::assistant
