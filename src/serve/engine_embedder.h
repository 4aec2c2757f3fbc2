// Retrieval's models on our own engine: vectors of an embedding model, scores of a reranker.
#pragma once

#include <memory>
#include <string>

#include "retrieval/embedder.h"
#include "retrieval/reranker.h"
#include "serve/model_host.h"
#include "serve/rerank_pair.h"

namespace argosy::serve {

/// What many models want to read in front of a text ("search_query: ", "passage: ").
struct EmbedderPrefixes {
    std::string query, passage;
};

/// Texts that are longer than the model's context are cut at its end. A model that sleeps is woken.
/// kUnsupported where the model gives no embeddings. The engine may be used by others meanwhile.
Result<std::shared_ptr<const retrieval::Embedder>> MakeEngineEmbedder(
    std::shared_ptr<const ModelHost> host, EmbedderPrefixes prefixes = {});

/// For KnowledgeBaseOptions::embedding_version: other weights or another prefix of passages give
/// another text.
std::string EmbeddingVersion(const ModelHost& host, const EmbedderPrefixes& prefixes);

/// The same for scores: of what is too long the document is cut. kUnsupported where the model is no
/// reranker.
Result<std::shared_ptr<const retrieval::Reranker>> MakeEngineReranker(
    std::shared_ptr<const ModelHost> host,
    std::string instruction = std::string(kRerankInstruction));

}  // namespace argosy::serve
