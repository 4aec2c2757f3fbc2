#include "retrieval/knowledge/source_notes.h"

#include <algorithm>
#include <utility>

namespace argosy::retrieval {

namespace {

constexpr size_t kMaxNotes = 1000;

}  // namespace

void SourceNotes::Set(const SourceKey& source, SourceState state,
                      std::vector<IngestProblem> problems) {
    const std::scoped_lock lock(mutex_);
    // Callers choose the names of uploads: what is remembered of them is bounded.
    if (notes_.size() >= kMaxNotes && !notes_.contains(source)) notes_.erase(notes_.begin());
    notes_[source] = {state, std::move(problems)};
}

void SourceNotes::SetFailure(std::string failure) {
    const std::scoped_lock lock(mutex_);
    failure_ = std::move(failure);
}

void SourceNotes::Clear() {
    const std::scoped_lock lock(mutex_);
    notes_.clear();
    failure_.clear();
}

void SourceNotes::Describe(const std::vector<SourceOptions>& declared,
                           const std::map<SourceKey, size_t>& counts, bool stale,
                           KnowledgeStatus& status) const {
    std::vector<SourceKey> keys;
    for (const SourceOptions& source : declared) {
        keys.push_back({SourceKind::kDeclared, source.uri});
    }
    const auto add = [&keys](const auto& entry) {
        if (std::ranges::find(keys, entry.first) == keys.end()) keys.push_back(entry.first);
    };
    const std::scoped_lock lock(mutex_);
    std::ranges::for_each(counts, add);
    std::ranges::for_each(notes_, add);
    bool reading = false;
    for (const SourceKey& key : keys) {
        SourceStatus source;
        source.uri = key.uri;
        source.upload = key.kind == SourceKind::kUpload;
        if (const auto found = counts.find(key); found != counts.end()) {
            source.documents = found->second;
            source.state = SourceState::kReady;
        }
        if (const auto note = notes_.find(key); note != notes_.end()) {
            source.state = note->second.state;
            source.problems = note->second.problems;
        }
        reading = reading || source.state == SourceState::kReading;
        status.sources.push_back(std::move(source));
    }
    status.state = reading                 ? "reading"
                   : !failure_.empty()     ? "failed"
                   : status.documents == 0 ? "empty"
                   : stale                 ? "stale"
                                           : "ready";
    if (status.state == "failed") status.message = failure_;
    if (status.state == "stale") {
        status.message =
            "its vectors are of another embedding model; words alone are searched until its "
            "sources are read again";
    }
}

}  // namespace argosy::retrieval
