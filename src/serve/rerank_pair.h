// A question and a text as a reranker reads them together.
#pragma once

#include <string>
#include <string_view>

#include "engine/engine.h"
#include "serve/model_host.h"

namespace argosy::serve {

/// What generative rerankers are told to judge where a caller says nothing.
inline constexpr std::string_view kRerankInstruction =
    "Given a web search query, retrieve relevant passages that answer the query";

/// Adds the pair as one more input of the request. A generative reranker is asked in words, by the
/// prompt that Qwen3-Reranker was trained with; a cross-encoder takes both texts as a pair.
void AddRerankPair(const ModelHost& host, std::string_view query, std::string_view document,
                   std::string_view instruction, EmbedRequest& request);

}  // namespace argosy::serve
