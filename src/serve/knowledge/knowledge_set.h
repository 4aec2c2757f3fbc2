// The knowledge bases that one process serves, by name.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "retrieval/knowledge/knowledge_base.h"

namespace argosy::serve {

struct KnowledgeEntry {
    std::shared_ptr<retrieval::KnowledgeBase> base;
    std::string store = "embedded";  // what keeps it, for people
    /// Of the application's file: not to be deleted through the API, where it would come back with
    /// the next start.
    bool declared = true;
};

/// Thread-safe.
class KnowledgeSet {
  public:
    /// kAlreadyExists where there is one of that name.
    Result<void> Add(KnowledgeEntry entry);
    /// kNotFound names what there is.
    Result<KnowledgeEntry> Find(const std::string& name) const;
    void Remove(const std::string& name);
    std::vector<KnowledgeEntry> All() const;  // by name

  private:
    mutable std::shared_mutex mutex_;
    std::map<std::string, KnowledgeEntry> entries_;  // GUARDED_BY(mutex_)
};

}  // namespace argosy::serve
