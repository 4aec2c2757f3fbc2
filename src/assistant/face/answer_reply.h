// One answer on its way to a client: the assistant's own events, OpenAI's chunks, or one JSON
// object at the end.
#pragma once

#include <memory>
#include <string>

#include "assistant/face/message_request.h"
#include "net/exchange.h"

namespace argosy::assistant::internal {

/// Asks and answers POST /v1/assistants/{name}/messages. Blocks.
void ReplyToMessage(const Assistant& assistant, const std::shared_ptr<Exchange>& exchange,
                    MessageRequest request, const std::stop_token& stop);
/// The same for OpenAI's chat API.
void ReplyToChat(const Assistant& assistant, const std::shared_ptr<Exchange>& exchange,
                 const ChatBody& request, const std::stop_token& stop);
/// The same for /generate.
void ReplyToGenerate(const Assistant& assistant, const std::shared_ptr<Exchange>& exchange,
                     AskRequest request, const std::stop_token& stop);

}  // namespace argosy::assistant::internal
