// What a question measures by: "the cheapest tent" asks for an order, "anything cheaper than the
// Alder Tent" for a bound that a thing it names sets. Rules over the collection's fields; pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "retrieval/index/self_query.h"

namespace argosy::retrieval {

struct FieldOrder {
    std::string field;
    bool descending = false;
    std::string phrase;  // of the question
};

/// "cheapest", "most expensive", "best rated", "lightest", "highest price": the first one that
/// measures a field of numbers. Nothing where two fields could be meant.
std::optional<FieldOrder> FindOrder(std::string_view question, std::span<const QueryField> fields);

/// "cheaper", "for less", "lighter", "better rated": what is asked for comes before what it is
/// compared with in the order.
std::optional<FieldOrder> FindComparison(std::string_view question,
                                         std::span<const QueryField> fields);

}  // namespace argosy::retrieval
