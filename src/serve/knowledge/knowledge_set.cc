#include "serve/knowledge/knowledge_set.h"

#include <mutex>
#include <utility>

#include "base/text.h"

namespace argosy::serve {

Result<void> KnowledgeSet::Add(KnowledgeEntry entry) {
    const std::string name = entry.base->name();
    const std::unique_lock lock(mutex_);
    if (entries_.try_emplace(name, std::move(entry)).second) return {};
    return Err(ErrorCode::kAlreadyExists, "there is a knowledge base '{}'", name);
}

Result<KnowledgeEntry> KnowledgeSet::Find(const std::string& name) const {
    const std::shared_lock lock(mutex_);
    if (const auto found = entries_.find(name); found != entries_.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [known, entry] : entries_) names.push_back(known);
    const std::string nearest = NearestWord(name, names);
    return Err(ErrorCode::kNotFound, "There is no knowledge base '{}'{}", name,
               nearest.empty() ? "; GET /v1/knowledge_bases lists them"
                               : "; did you mean '" + nearest + "'?");
}

void KnowledgeSet::Remove(const std::string& name) {
    const std::unique_lock lock(mutex_);
    entries_.erase(name);
}

std::vector<KnowledgeEntry> KnowledgeSet::All() const {
    const std::shared_lock lock(mutex_);
    std::vector<KnowledgeEntry> all;
    for (const auto& [name, entry] : entries_) all.push_back(entry);
    return all;
}

}  // namespace argosy::serve
