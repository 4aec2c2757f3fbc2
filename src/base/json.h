// JSON through Boost.JSON: one alias for its types and the few helpers that every reader of JSON
// needs, so that errors name the field.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "base/error.h"

namespace argosy {

namespace json = boost::json;

/// Parses a whole document. `max_depth` bounds nesting. Error kInvalidArgument names the offset.
Result<json::value> ParseJson(std::string_view text, size_t max_depth = 64);

}  // namespace argosy
