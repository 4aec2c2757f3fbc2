// What a knowledge base says of itself: how much it has, of which sources, and whether it is up to
// date.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "retrieval/knowledge/ingest_report.h"

namespace argosy::retrieval {

enum class SourceState { kNeverRead, kReading, kReady, kFailed };
const char* ToString(SourceState state);  // "waiting", "reading", "ready", "failed"

struct SourceStatus {
    std::string uri;  // of an upload: its file's name
    bool upload = false;
    SourceState state = SourceState::kNeverRead;
    size_t documents = 0;
    std::vector<IngestProblem> problems;  // of the last time it was read by this process
};

struct KnowledgeStatus {
    std::string name;
    std::string embedding;  // the model's name; empty: words only
    size_t documents = 0, chunks = 0;
    std::vector<SourceStatus> sources;  // as they were declared, then those added since, by name
    /// "ready"; "reading"; "empty" before the first ingest; "stale": the vectors are another
    /// model's, and until the next ingest only words are searched; "failed": `message` says why.
    std::string state;
    std::string message;

    /// `state` is there as resources tell theirs ("Ready", "Progressing", "Degraded"), the words of
    /// above are its `reason`.
    json::object ToJson() const;
};

}  // namespace argosy::retrieval
