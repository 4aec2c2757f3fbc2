// What GET /v1/models tells: the base model and its adapters.
#pragma once

#include "serve/model_host.h"

namespace argosy::serve {

/// OpenAI's model objects, with vLLM's root, parent and max_model_len, and under "argosy" what the
/// engine knows (architecture, context, a chat template that had to be replaced).
json::array ListModels(const ModelHost& host, int64_t created);

}  // namespace argosy::serve
