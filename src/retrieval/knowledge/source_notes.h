// What a process remembers of the sources that it read: how each went, and why the last ingest
// failed where it did.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "retrieval/knowledge/knowledge_options.h"
#include "retrieval/knowledge/knowledge_status.h"
#include "retrieval/knowledge/stored_mark.h"

namespace argosy::retrieval {

/// Thread-safe.
class SourceNotes {
  public:
    void Set(const SourceKey& source, SourceState state, std::vector<IngestProblem> problems = {});
    /// How the last ingest ended; empty: well.
    void SetFailure(std::string failure);
    void Clear();

    /// Fills in sources, state and message. Declared sources come first, in their order, then all
    /// others that have documents (`counts`) or were read. `stale`: vectors of another model.
    void Describe(const std::vector<SourceOptions>& declared,
                  const std::map<SourceKey, size_t>& counts, bool stale,
                  KnowledgeStatus& status) const;

  private:
    struct Note {
        SourceState state = SourceState::kNeverRead;
        std::vector<IngestProblem> problems;
    };

    mutable std::mutex mutex_;
    std::map<SourceKey, Note> notes_;  // GUARDED_BY(mutex_)
    std::string failure_;              // GUARDED_BY(mutex_)
};

}  // namespace argosy::retrieval
