// A knowledge base in a folder, opened with the models that it is to be read with.
#pragma once

#include <memory>
#include <string>

#include "cli/knowledge_definition.h"
#include "retrieval/knowledge/knowledge_base.h"

namespace argosy::cli {

struct KnowledgeModels {
    std::string embed;   // path or URI; empty: none
    std::string rerank;  // the same
    std::string query_prefix, passage_prefix;
    int threads = 0;
};

/// Fetches and loads the models, with a bar where that takes time, and opens the store. Throws what
/// these give.
std::unique_ptr<retrieval::KnowledgeBase> OpenKnowledge(const std::filesystem::path& store,
                                                        retrieval::KnowledgeBaseOptions options,
                                                        const KnowledgeModels& models);

/// "catalog" where the folder has no other; throws kInvalidArgument with those there are.
std::string OnlyName(const std::filesystem::path& store);

}  // namespace argosy::cli
