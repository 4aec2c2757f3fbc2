// OpenAI chat messages made into what a template can take: roles, contents and tool calls that it
// does not know are rewritten into ones that it does.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace argosy {

/// What a template was found to understand.
struct TemplateAbilities {
    bool system = true;            // a system message
    bool tools = false;            // tools, tool calls and their results
    bool text_parts = false;       // contents as a list of parts, and no plain text
    bool null_content = true;      // None as the content beside tool calls
    bool object_arguments = true;  // arguments of tool calls as objects rather than JSON text
};

/// Checks and rewrites messages:
/// - "developer" becomes "system"; contents of text parts become one text (joined by newlines), a
///   part of another type is kUnsupported;
/// - arguments of tool calls become objects (or texts) as the template wants them;
/// - without `tools`, tool calls and results become text, and a system instruction with the
///   `tools` themselves is put in front;
/// - without `system`, system messages become the beginning of the next user message.
/// Errors: kInvalidArgument naming the message ("messages[3].content").
Result<json::array> AdaptMessages(const json::array& messages, const json::array& tools,
                                  const TemplateAbilities& abilities);

/// The instruction that tells a model without a tool format of its own how to call `tools`.
std::string ToolInstruction(const json::array& tools);

}  // namespace argosy
