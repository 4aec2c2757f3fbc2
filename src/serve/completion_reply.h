// The answer to /v1/completions made of engine events: one JSON object, or a stream of chunks.
#pragma once

#include <memory>

#include "serve/completion_request.h"
#include "serve/generation.h"

namespace argosy::serve {

/// `prompts`: how many there are; those of the request itself are not looked at.
std::shared_ptr<GenerationConsumer> MakeCompletionReply(std::shared_ptr<Exchange> exchange,
                                                        const Tokenizer& tokenizer,
                                                        CompletionRequest request, size_t prompts);

}  // namespace argosy::serve
