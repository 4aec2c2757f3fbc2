// What a resource is while it runs: what others may use of it, and what it keeps alive.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "assistant/chain/assistant.h"
#include "local/refresher.h"
#include "resources/kinds.h"
#include "retrieval/embedder.h"
#include "retrieval/knowledge/knowledge_base.h"
#include "retrieval/reranker.h"
#include "serve/api_content.h"

namespace argosy::local {

/// Each resource fills what it has. Shared by all that stand on it and by the requests in progress:
/// it ends with the last of them.
struct Part {
    std::shared_ptr<serve::ModelHost> host;               // a Model of our own engine
    std::optional<serve::ExtraModel> extra;               // a Model elsewhere
    std::vector<serve::ModelAlias> aliases;               // a Route
    std::shared_ptr<const assistant::ChatModel> chat;     // a Model that chats, a Route
    std::shared_ptr<const retrieval::Embedder> embedder;  // a Model of vectors
    std::shared_ptr<const retrieval::Reranker> reranker;
    std::shared_ptr<retrieval::KnowledgeBase> knowledge;
    std::shared_ptr<const assistant::Assistant> assistant;
    std::shared_ptr<Refresher> refresher;            // of a KnowledgeBase; ends before it
    std::vector<std::string> keys;                   // of a Tenant
    std::vector<std::string> models;                 // that the Tenant may ask; empty: all
    std::vector<std::shared_ptr<const void>> keeps;  // ends after all above
};

using PartPtr = std::shared_ptr<const Part>;
using Parts = std::map<resources::ResourceId, PartPtr>;

/// The running part of a resource, or null.
inline PartPtr FindPart(const Parts& parts, resources::Kind kind, const std::string& name) {
    const auto found = parts.find({kind, name});
    return found == parts.end() ? nullptr : found->second;
}

}  // namespace argosy::local
