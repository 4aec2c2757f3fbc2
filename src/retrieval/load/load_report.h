// What happened while documents were loaded: how many came, what was malformed and left out, what
// held nothing to read. Nothing is left out without a line here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace argosy::retrieval {

/// Something at a place of a source.
struct LoadRemark {
    std::string source;            // a path or URI, with "#page=3" where it is part of a file
    size_t line = 0;               // from 1; 0: of the whole
    std::string what;              // was wrong and what would be right
    std::string ToString() const;  // "shop.csv:12: what"
};

/// A count, and the first of them.
struct LoadRemarks {
    static constexpr size_t kMaxKept = 100;
    size_t total = 0;
    std::vector<LoadRemark> first;
    void Add(LoadRemark remark);
};

struct LoadReport {
    size_t documents = 0;
    size_t files = 0;
    uint64_t bytes = 0;    // of those files
    LoadRemarks problems;  // malformed rows and pages, files that cannot be read: left out
    LoadRemarks notes;     // empty rows and pages, files of unknown kinds in a folder
    bool cancelled = false;

    /// Whether every document of the source was seen: only then does one that is missing mean that
    /// it was deleted.
    bool whole() const { return problems.total == 0 && !cancelled; }
    json::object ToJson() const;
};

}  // namespace argosy::retrieval
