// POST /v1/chat/completions: the request's JSON into a ChatCall.
#pragma once

#include "serve/chat_call.h"

namespace argosy::serve {

struct ChatCompletionRequest {
    ChatCall call;
    bool stream = false;
    bool stream_usage = false;  // stream_options.include_usage
    bool continuous_usage = false;
    bool logprobs = false;
};

ApiResult<ChatCompletionRequest> ParseChatCompletion(const ModelHost& host, GrammarCache& cache,
                                                     const json::object& body);

/// `stream` and `stream_options`, as chat and plain completions have them.
void ReadStreaming(Fields& fields, bool& stream, bool& usage, bool& continuous_usage);

}  // namespace argosy::serve
