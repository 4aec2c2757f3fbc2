// Filters that a question names itself: "a blue jacket under $80 with at least 4 stars" asks for
// colour blue, price below 80 and rating from 4. Rules over a description of the collection's
// fields, no model; what is not certain is left to the search.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "retrieval/index/filter.h"
#include "retrieval/index/payload_index.h"

namespace argosy::retrieval {

/// What a field of numbers measures, so that "$80" and "4 stars" find theirs.
enum class Quantity { kOther, kMoney, kStars };

struct QueryField {
    std::string name;                     // as filters name it
    std::vector<std::string> words = {};  // what people call it, lower-case: "price", "cost"
    bool is_number = false;               // ranges
    Quantity quantity = Quantity::kOther;
    std::vector<std::string> values = {};  // of keywords: those that a question may name
    double scale = 1;  // one of a question's units in the metadata: 100 for dollars kept as cents
    /// Other words for a value: "kids" is also meant by "daughter".
    std::map<std::string, std::vector<std::string>> synonyms = {};
};

/// The fields as their values show them: numbers where most values are numbers, with their quantity
/// by their names; keywords where there are few distinct values, each short.
std::vector<QueryField> DescribeFields(std::span<const FieldSummary> summaries);

struct FoundCondition {
    Condition condition;
    std::string phrase;     // of the question
    bool excluded = false;  // "not blue": for must_not
};

/// The conditions that the question names, in its order. A bound has to say what it bounds: by a
/// unit
/// ("$", "dollars", "stars") or by a field's word beside it ("weight under 2", "under 2 kg" is
/// none); a bare "under 80" is money where there is one such field. A value has to stand there
/// whole (plurals by their stem), and in one field only; the longest one wins. Several values of
/// one field are alternatives.
std::vector<FoundCondition> FindConditions(std::string_view question,
                                           std::span<const QueryField> fields);

struct SelfQuery {
    Filter filter;  // of the conditions that are kept, with `base`
    std::vector<FoundCondition> kept = {};
    std::vector<FoundCondition> dropped = {};  // with these nothing would have been left

    /// [{"phrase", "condition", "applied"}] for a search's explanation.
    json::array Explain() const;
};

/// Adds the found conditions to `base` one by one, each only where `count` says that something is
/// left. Values are dropped before bounds, since a word can mean another thing, a price cannot.
/// Errors: those of `count`.
Result<SelfQuery> ApplyConditions(const Filter& base, std::vector<FoundCondition> found,
                                  const std::function<Result<size_t>(const Filter&)>& count);

}  // namespace argosy::retrieval
