// What an assistant knows: one knowledge base or several, behind one question.
#pragma once

#include <memory>
#include <vector>

#include "assistant/searcher.h"
#include "retrieval/knowledge/knowledge_base.h"

namespace argosy::local {

/// Of several, the best passages of all by their scores. Errors: the first knowledge base's that
/// has one.
std::shared_ptr<const assistant::Searcher> MakeKnowledgeSearcher(
    std::vector<std::shared_ptr<const retrieval::KnowledgeBase>> bases);

}  // namespace argosy::local
