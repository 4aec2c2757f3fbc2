// The endpoints that give numbers instead of text: /v1/embeddings and /v1/rerank (Cohere's and
// Jina's shape).
#pragma once

#include <memory>

#include "base/json.h"
#include "net/exchange.h"
#include "serve/model_host.h"

namespace argosy::serve {

void HandleEmbeddings(const ModelHost& host, std::shared_ptr<Exchange> exchange,
                      const json::object& body);
void HandleRerank(const ModelHost& host, std::shared_ptr<Exchange> exchange,
                  const json::object& body);

}  // namespace argosy::serve
