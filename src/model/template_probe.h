// Finds out what a chat template understands by rendering small conversations with it.
#pragma once

#include <string>

#include "base/error.h"
#include "model/chat_messages.h"
#include "model/chat_template.h"

namespace argosy {

/// Errors where the template cannot render even a plain conversation, or loses its text.
/// `with_tools`: it is one for requests with tools only, so all conversations get some.
Result<TemplateAbilities> ProbeTemplate(const ChatTemplate& program, const std::string& bos,
                                        const std::string& eos, bool with_tools = false);

}  // namespace argosy
