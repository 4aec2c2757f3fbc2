// What an ingest did to a knowledge base, and how far one has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "retrieval/load/load_report.h"

namespace argosy::retrieval {

struct IngestProblem {
    std::string place;    // "shop.csv:12"
    std::string message;  // what was wrong and what would be right
};

json::array ToJson(const std::vector<IngestProblem>& problems);

/// Documents, not chunks, unless said otherwise.
struct IngestReport {
    static constexpr size_t kMaxProblems = LoadRemarks::kMaxKept;

    size_t added = 0, changed = 0, unchanged = 0, deleted = 0;
    size_t reembedded = 0;  // as they were, with vectors of another model
    size_t chunks = 0;      // written
    size_t files = 0;
    uint64_t bytes = 0;  // read
    size_t problem_count = 0;
    std::vector<IngestProblem> problems;  // the first of them: what is left out of the index
    std::vector<IngestProblem> notes;     // rows and pages without text, files of unknown kinds
    /// Stopped on the way: what was written until then stays, nothing was deleted.
    bool cancelled = false;

    void AddProblem(std::string place, std::string message);
    void Add(const LoadReport& load);
    /// Sums up what several sources gave.
    void Add(IngestReport other);
    json::object ToJson() const;
};

struct IngestProgress {
    std::string source;                        // the file that is being read
    size_t documents = 0;                      // read so far
    size_t written = 0;                        // of those, stored
    uint64_t done_bytes = 0, total_bytes = 0;  // 0: not known

    json::object ToJson() const;
};

/// Called from the ingesting thread, often; must be quick.
using ProgressCallback = std::function<void(const IngestProgress&)>;

}  // namespace argosy::retrieval
