// The part of self-query that reads numbers.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "retrieval/index/question_words.h"
#include "retrieval/index/self_query.h"

namespace argosy::retrieval {

/// A condition with the words of the question that it was read from.
struct FoundSpan {
    FoundCondition found;
    size_t begin = 0, end = 0;
};

/// Ranges that the question names, in its order.
std::vector<FoundSpan> FindBounds(std::string_view question, std::span<const QuestionWord> words,
                                  std::span<const QueryField> fields);

}  // namespace argosy::retrieval
