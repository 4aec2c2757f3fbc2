// Bodies of the assistant's routes into requests, and answers into JSON. Pure.
#pragma once

#include "assistant/chain/assistant.h"
#include "serve/api_error.h"

namespace argosy::assistant::internal {

struct MessageRequest {
    AskRequest ask;
    bool stream = false;
    bool trace = false;
};
/// POST /v1/assistants/{name}/messages.
serve::ApiResult<MessageRequest> ParseMessage(const json::object& body);
/// {"prompt", "session_id"} of /generate.
serve::ApiResult<AskRequest> ParseGenerate(const json::object& body);

struct ChatBody {
    AskRequest ask;
    bool stream = false;
    bool stream_usage = false;
    bool trace = false;  // {"argosy": {"trace": true}}
};
/// OpenAI's chat request to an assistant: its last message is the question, the turns before are
/// the history. System messages are passed over (the assistant has its own); fields that an
/// assistant cannot honour (tools, n above 1, response_format) are refused.
serve::ApiResult<ChatBody> ParseChat(const json::object& body, const Sampling& sampling);

/// {"id", "object", "assistant", "session_id", "response", "citations", "unknown", "refused",
/// "finish_reason", "usage"} and "trace" where asked for.
json::object MessageJson(const std::string& id, const std::string& assistant, const Answer& answer,
                         bool trace);
json::object UsageJson(const ModelUsage& usage);

}  // namespace argosy::assistant::internal
