// A KnowledgeBase as it runs on one machine: opened, brought up to date, kept so.
#pragma once

#include "local/reconciler.h"
#include "local/surroundings.h"
#include "retrieval/knowledge/knowledge_base.h"

namespace argosy::local {

/// The declaration as retrieval takes it. What it cannot do is added to `warnings`. Errors:
/// kNotFound (a secret).
Result<retrieval::KnowledgeBaseOptions> KnowledgeOptionsOf(const resources::KnowledgeBase& base,
                                                           const Surroundings& around,
                                                           std::vector<std::string>& warnings);

/// Blocks until the sources are read. `tell` hears later what happened at each refresh; it may be
/// called from another thread. Errors: KnowledgeBase's; kUnsupported for a store other than the
/// embedded one; kUnavailable where nothing at all could be read.
Result<Started> StartKnowledge(const resources::KnowledgeBase& base, const Surroundings& around,
                               const Parts& running, const StartContext& context,
                               std::function<void(const Result<Started>&)> tell);

/// Reads the sources again, as after a change of a file. Nothing where it is no knowledge base.
void RefreshKnowledge(const Part& part);

}  // namespace argosy::local
