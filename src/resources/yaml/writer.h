// JSON written as YAML for people: block style, text unquoted where that is safe, long text as it
// reads.
#pragma once

#include <string>

#include "base/json.h"

namespace argosy::resources {

/// One document, keys in their order, with a newline at the end. ReadYaml gives the same value
/// back.
std::string WriteYaml(const json::value& value);

}  // namespace argosy::resources
