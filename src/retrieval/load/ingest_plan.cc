#include "retrieval/load/ingest_plan.h"

#include <algorithm>

#include "model/fetch/sha.h"

namespace argosy::retrieval {

namespace {

// The length before each part keeps ("ab", "c") apart from ("a", "bc").
void Add(Sha& sha, std::string_view part) {
    sha.Add(std::to_string(part.size()) + ":");
    sha.Add(part);
}

// Members in the order of their names: a table whose columns were moved has not changed.
void AddValue(Sha& sha, const json::value& value) {
    if (!value.is_object()) return Add(sha, json::serialize(value));
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : value.as_object()) members.push_back(&member);
    std::ranges::sort(members, {},
                      [](const auto* member) { return std::string_view(member->key()); });
    Add(sha, std::to_string(members.size()));
    for (const auto* member : members) {
        Add(sha, member->key());
        AddValue(sha, member->value());
    }
}

}  // namespace

std::string ContentHash(const Document& document, std::string_view recipe) {
    Sha sha(Sha::Kind::kSha256);
    Add(sha, recipe);
    Add(sha, document.source);
    Add(sha, document.title);
    Add(sha, document.text);
    AddValue(sha, document.metadata);
    return sha.Hex();
}

DocumentChange IngestPlan::See(const std::string& id, const std::string& hash) {
    if (!seen_.insert(id).second) {
        ++counts_.repeated;
        return DocumentChange::kRepeated;
    }
    const auto found = stored_.find(id);
    if (found == stored_.end()) {
        ++counts_.added;
        return DocumentChange::kNew;
    }
    if (found->second != hash) {
        ++counts_.changed;
        return DocumentChange::kChanged;
    }
    ++counts_.unchanged;
    return DocumentChange::kUnchanged;
}

std::vector<std::string> IngestPlan::Deleted(bool read_whole) const {
    std::vector<std::string> deleted;
    if (!read_whole) return deleted;
    for (const auto& [id, hash] : stored_) {
        if (!seen_.contains(id)) deleted.push_back(id);
    }
    std::ranges::sort(deleted);
    return deleted;
}

}  // namespace argosy::retrieval
