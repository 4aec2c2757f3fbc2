// One JSON Schema out of two that both hold: what allOf, and $ref or anyOf beside other keywords,
// come down to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace argosy::grammar {

/// kUnsupported (naming the keyword) where both sides set a keyword that cannot be joined, such as
/// two patterns. Only boolean and object schemas.
Result<json::value> MergeSchemas(const json::value& a, const json::value& b);

/// Names in "type": a string or an array. kInvalidArgument where it is neither or unknown.
Result<std::vector<std::string>> SchemaTypes(const json::value& type);

}  // namespace argosy::grammar
