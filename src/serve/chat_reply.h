// The answer to /v1/chat/completions made of engine events: one JSON object, or a stream of chunks.
#pragma once

#include <memory>

#include "serve/chat_request.h"
#include "serve/generation.h"

namespace argosy::serve {

/// {"prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details"}.
json::object UsageJson(const Usage& usage);
/// "stop", "length"; a choice with tool calls ends with "tool_calls".
std::string_view FinishName(FinishReason reason, bool tool_calls);

/// `parser` is for one choice; each of `request.call.sampling.n` gets its own.
std::shared_ptr<GenerationConsumer> MakeChatReply(std::shared_ptr<Exchange> exchange,
                                                  const Tokenizer& tokenizer,
                                                  ChatCompletionRequest request,
                                                  const ToolCallParserOptions& parser);

}  // namespace argosy::serve
