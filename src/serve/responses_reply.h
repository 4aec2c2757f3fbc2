// The answer to /v1/responses made of engine events: one response object, or the typed events that
// the OpenAI clients' Responses stream reads.
#pragma once

#include <memory>

#include "serve/generation.h"
#include "serve/responses_request.h"

namespace argosy::serve {

/// A response that may be kept is put into `store`.
std::shared_ptr<GenerationConsumer> MakeResponsesReply(std::shared_ptr<Exchange> exchange,
                                                       ResponsesRequest request,
                                                       const ToolCallParserOptions& parser,
                                                       std::shared_ptr<ResponseStore> store);

}  // namespace argosy::serve
