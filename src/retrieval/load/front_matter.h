// The YAML between "---" lines at the beginning of a Markdown page.
#pragma once

#include <string_view>

#include "base/json.h"

namespace argosy::retrieval {

struct FrontMatter {
    json::object fields;
    size_t length = 0;  // bytes of it, both lines included; 0: the page has none
};

/// kInvalidArgument with its line for YAML that is none, is no mapping, repeats itself without end
/// (aliases) or nests too deep.
Result<FrontMatter> ParseFrontMatter(std::string_view page);

}  // namespace argosy::retrieval
