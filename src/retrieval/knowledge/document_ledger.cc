#include "retrieval/knowledge/document_ledger.h"

#include <utility>

namespace argosy::retrieval {

namespace {

template <typename Key>
void CountOne(std::map<Key, size_t>& counts, const Key& key, bool more) {
    size_t& count = counts[key];
    count = more ? count + 1 : count - 1;
    if (count == 0) counts.erase(key);
}

}  // namespace

// The caller holds mutex_.
void DocumentLedger::Count(const StoredMark& mark, bool more) {
    CountOne(by_source_, mark.source, more);
    CountOne(by_embedding_, mark.embedding, more);
}

void DocumentLedger::Reset(const std::map<std::string, std::string>& hashes) {
    const std::scoped_lock lock(mutex_);
    marks_.clear();
    by_source_.clear();
    by_embedding_.clear();
    for (const auto& [id, hash] : hashes) {
        const auto at = marks_.emplace_hint(marks_.end(), id, ParseMark(hash));
        Count(at->second, true);
    }
}

void DocumentLedger::Put(const std::string& id, StoredMark mark) {
    const std::scoped_lock lock(mutex_);
    const auto found = marks_.find(id);
    if (found != marks_.end()) Count(found->second, false);
    Count(mark, true);
    marks_[id] = std::move(mark);
}

void DocumentLedger::Erase(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    const auto found = marks_.find(id);
    if (found == marks_.end()) return;
    Count(found->second, false);
    marks_.erase(found);
}

std::optional<StoredMark> DocumentLedger::Find(const std::string& id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = marks_.find(id);
    return found == marks_.end() ? std::nullopt : std::optional(found->second);
}

size_t DocumentLedger::size() const {
    const std::scoped_lock lock(mutex_);
    return marks_.size();
}

size_t DocumentLedger::CountStale(const std::string& embedding) const {
    const std::scoped_lock lock(mutex_);
    const auto current = by_embedding_.find(embedding);
    return marks_.size() - (current == by_embedding_.end() ? 0 : current->second);
}

std::map<SourceKey, size_t> DocumentLedger::Sources() const {
    const std::scoped_lock lock(mutex_);
    return by_source_;
}

std::unordered_map<std::string, std::string> DocumentLedger::VersionsOf(
    const SourceKey& source) const {
    const std::scoped_lock lock(mutex_);
    std::unordered_map<std::string, std::string> versions;
    for (const auto& [id, mark] : marks_) {
        if (mark.source == source) versions.emplace(id, mark.Version());
    }
    return versions;
}

std::vector<std::string> DocumentLedger::Ids(
    const std::function<bool(const StoredMark&)>& choose) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> ids;
    for (const auto& [id, mark] : marks_) {
        if (choose(mark)) ids.push_back(id);
    }
    return ids;
}

}  // namespace argosy::retrieval
