// Which documents a knowledge base has, of which source and in which version: the store's marks in
// memory, so that a status or an ingest need not read them all again.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "retrieval/knowledge/stored_mark.h"

namespace argosy::retrieval {

/// Thread-safe.
class DocumentLedger {
  public:
    /// From Store::DocumentHashes; what was here before is forgotten.
    void Reset(const std::map<std::string, std::string>& hashes);

    void Put(const std::string& id, StoredMark mark);
    void Erase(const std::string& id);

    std::optional<StoredMark> Find(const std::string& id) const;
    size_t size() const;
    /// Documents with vectors of another embedding.
    size_t CountStale(const std::string& embedding) const;
    /// Sources that have documents, and how many.
    std::map<SourceKey, size_t> Sources() const;
    /// Version of each document of one source by its id, for IngestPlan.
    std::unordered_map<std::string, std::string> VersionsOf(const SourceKey& source) const;
    /// Ids, sorted, of the documents whose mark is chosen.
    std::vector<std::string> Ids(const std::function<bool(const StoredMark&)>& choose) const;

  private:
    void Count(const StoredMark& mark, bool more);

    mutable std::mutex mutex_;
    std::map<std::string, StoredMark> marks_;     // GUARDED_BY(mutex_)
    std::map<SourceKey, size_t> by_source_;       // GUARDED_BY(mutex_)
    std::map<std::string, size_t> by_embedding_;  // GUARDED_BY(mutex_)
};

}  // namespace argosy::retrieval
