// A question as what the rules of self-query read: words, numbers with their unit, dashes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "retrieval/index/analyzer.h"
#include "retrieval/index/self_query.h"

namespace argosy::retrieval {

struct QuestionWord {
    std::string text;                   // lower-case
    std::string stem = {};              // Porter's
    std::optional<double> number = {};  // "1,299.50"
    bool has_sign = false;              // "$", "€" or "£" stands before it
    bool dash_before = false;           // "20-50"
    bool clause_before = false;  // a comma, full stop or the like parts it from the word before
    size_t begin = 0, end = 0;   // bytes of the question, the sign included
};

std::vector<QuestionWord> ReadQuestion(std::string_view question, const Analyzer& analyzer);

/// What a word measures: "dollars" money, "stars" stars; nothing for all others.
std::optional<Quantity> UnitOf(std::string_view word);

}  // namespace argosy::retrieval
