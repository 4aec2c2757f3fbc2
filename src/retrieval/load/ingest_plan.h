// What a load changes in a store: which documents are new, changed, as they were, or gone. Knows
// neither store nor loader; the hash decides, so what is unchanged is not embedded again.
//
//     IngestPlan plan(stored);                      // id -> ContentHash, of one source
//     ... for each document: plan.See(document.id, ContentHash(document));
//     for (const std::string& id : plan.Deleted(report.whole())) store.Delete(id);
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "retrieval/document.h"

namespace argosy::retrieval {

/// SHA-256 over all that a document's chunks are made of. `recipe` is what else decides on them
/// (the splitter and the embedding model): another recipe makes every document a changed one.
std::string ContentHash(const Document& document, std::string_view recipe = {});

enum class DocumentChange {
    kNew,
    kChanged,
    kUnchanged,
    kRepeated,  // its id was seen before in this load: the first one counts, this is a problem
};

/// Thread-compatible.
class IngestPlan {
  public:
    /// What the store has of this source.
    explicit IngestPlan(std::unordered_map<std::string, std::string> stored)
        : stored_(std::move(stored)) {}

    DocumentChange See(const std::string& id, const std::string& hash);

    /// Ids that the store has and the load did not see, sorted. None unless the source was read
    /// whole and without error: what could not be read is not gone.
    std::vector<std::string> Deleted(bool read_whole) const;

    struct Counts {
        size_t added = 0, changed = 0, unchanged = 0, repeated = 0;
    };
    const Counts& counts() const { return counts_; }

  private:
    std::unordered_map<std::string, std::string> stored_;
    std::unordered_set<std::string> seen_;
    Counts counts_;
};

}  // namespace argosy::retrieval
