// How a knowledge base is searched: plain values, filled by whoever reads the application's file.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "retrieval/index/filter.h"

namespace argosy::retrieval {

/// What is known of a field of the metadata beyond its values.
struct FieldHint {
    std::string name;
    std::vector<std::string> words = {};  // what people call it: "price", "cost"
    double scale = 1;  // one of a question's units in the metadata: 100 for dollars kept as cents
    /// Other words for a value: "kids" is also meant by "daughter" and "son".
    std::map<std::string, std::vector<std::string>> synonyms = {};
};

struct SearchSettings {
    size_t candidates = 50;  // of each way of searching, before they are fused and reranked
    double dense_weight = 1, lexical_weight = 1;
    bool self_query = true;
    /// Fields that a question may name. Empty: all that the metadata shows by itself.
    std::vector<FieldHint> fields = {};
    /// The field that says what kind of thing a document is ("category"): what is related to a
    /// thing, or compared with it, is of its kind. Empty: none does.
    std::string kind_field = {};
    /// What is rather shown, where something meets it besides all else ("in stock").
    Filter preferred = {};
    /// Things of the same kind shown beside a thing that the question names.
    size_t related = 2;
    std::optional<double> mmr = {};  // variety: lambda of MaximalMarginalRelevance is 1 - mmr
};

}  // namespace argosy::retrieval
