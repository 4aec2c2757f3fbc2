// A knowledge base as a file that goes out over HTTP and comes back.
#pragma once

#include <stop_token>
#include <string_view>

#include "net/exchange.h"
#include "retrieval/knowledge/knowledge_base.h"

namespace argosy::serve {

/// Sends a snapshot as a download, as fast as the client takes it: memory stays small whatever its
/// size. Blocks.
void ReplyWithSnapshot(const retrieval::KnowledgeBase& base, Exchange& exchange,
                       const std::stop_token& stop);

/// Replaces the knowledge base by a snapshot's bytes. kInvalidArgument where there are none; else
/// as KnowledgeBase::Restore.
Result<void> RestoreFrom(retrieval::KnowledgeBase& base, std::string_view bytes);

}  // namespace argosy::serve
