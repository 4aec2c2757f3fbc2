// What the writers of one knowledge base share.
#pragma once

#include <memory>
#include <string>

#include "retrieval/knowledge/document_ledger.h"
#include "retrieval/knowledge/knowledge_options.h"
#include "retrieval/split/splitter.h"

namespace argosy::retrieval {

struct IngestContext {
    KnowledgeBaseOptions options;
    KnowledgeParts parts;
    std::unique_ptr<Splitter> splitter;
    std::string embedding;  // EmbeddingKey of `parts`
    std::string recipe;     // what decides on chunks beside the document
    DocumentLedger ledger;

    size_t dimensions() const { return parts.embedder ? parts.embedder->dimensions() : 0; }
    const std::string& collection() const { return options.name; }
};

}  // namespace argosy::retrieval
