// Which slots have which metadata: postings of short strings and booleans, sorted numbers. A filter
// becomes a set of slots before the search, so that its selectivity is known.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "retrieval/index/filter.h"
#include "retrieval/index/slot_set.h"

namespace argosy::retrieval {

/// What a field holds, for self-query and for people.
struct FieldSummary {
    std::string name;
    size_t slots = 0;    // that have a value
    size_t numbers = 0;  // values that are numbers
    double min = 0, max = 0;
    /// Distinct strings with their number of slots, most frequent first; empty where there are more
    /// than asked for.
    std::vector<std::pair<std::string, size_t>> values = {};
};

/// Deleted slots stay in the postings: callers take them out of what they get. Thread-compatible:
/// many readers or one writer.
class PayloadIndex {
  public:
    /// Longer strings are text, not keywords: they are not indexed.
    static constexpr size_t kMaxKeywordBytes = 128;
    /// Fields of a document beyond these are not indexed (their filters read the documents).
    static constexpr size_t kMaxFields = 256;

    /// Slots must come in rising order.
    void Add(Slot slot, const json::object& metadata);
    /// One past the last slot added, one without metadata included.
    size_t slots() const { return slots_; }

    struct Selection {
        SlotSet slots;      // every match, and where not exact others
        bool exact = true;  // false: a condition needs the documents themselves (Matches)
    };
    Selection Select(const Filter& filter) const;

    /// Fields whose distinct strings are more than `max_values` are given without them.
    std::vector<FieldSummary> Summaries(size_t max_values) const;

  private:
    struct Field {
        std::unordered_map<std::string, std::vector<Slot>> keywords;
        std::vector<std::pair<double, Slot>> numbers;  // the first `sorted` in order
        size_t sorted = 0;
        std::vector<Slot> flags[2];  // false, true
        std::vector<Slot> present;   // with a value that is not null
        std::vector<Slot> nulls;
        bool complete = true;  // no string was too long to index
    };
    struct SelectTest;

    void AddField(Slot slot, const std::string& name, const json::value& value);
    void AddValue(Slot slot, Field& field, const json::value& value);
    void Walk(Slot slot, const std::string& prefix, const json::value& value);
    Selection Select(const Condition& condition) const;
    Selection Any(const std::vector<Condition>& conditions) const;
    static void SortNumbers(Field& field);

    size_t slots_ = 0;
    bool all_fields_ = true;
    std::map<std::string, Field> fields_;
};

}  // namespace argosy::retrieval
