// A model's own Jinja chat template, run in a sandbox: no file, clock (but strftime_now, given) or
// network access, bounded steps, output and depth. Thread-safe after construction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace argosy {

struct ChatTemplateInput {
    json::array messages;  // OpenAI chat messages
    json::array tools;     // OpenAI tool objects; empty for none
    bool add_generation_prompt = true;
    std::string bos_token;
    std::string eos_token;
    json::object extra;            // chat_template_kwargs, e.g. {"enable_thinking": false}
    int64_t now_unix_seconds = 0;  // for strftime_now
};

class ChatTemplate {
  public:
    /// Parses a Jinja source. Error kInvalidArgument with line and column.
    static Result<ChatTemplate> Parse(std::string_view source);

    /// Renders a prompt. Errors: kInvalidArgument with the text of the template's
    /// raise_exception(), or with line and what was wrong; kResourceExhausted at a limit.
    Result<std::string> Render(const ChatTemplateInput& input) const;

    /// Whether the template reads the variable `tools` / `enable_thinking` ... at all.
    bool Mentions(std::string_view variable) const;

    struct Program;

  private:
    std::shared_ptr<const Program> program_;
};

}  // namespace argosy
