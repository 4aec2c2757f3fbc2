// A table's field as the value that filters compare: a number, a boolean, else the text.
#pragma once

#include <string_view>

#include "base/json.h"

namespace argosy::retrieval {

/// "12" and "-3" are integers, "79.50" and "1e5" numbers, "true" and "FALSE" booleans. Text stays
/// what a number would lose: "007", "+49", integers beyond 64 bits, "nan".
json::value TypedValue(std::string_view field);

}  // namespace argosy::retrieval
