// Where a resource names another, found by the descriptions.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "resources/kinds.h"

namespace argosy::resources {

struct Reference {
    ResourceId from;
    std::string path;  // "spec.knowledge[0]"
    std::string name;
    std::vector<Kind> kinds;         // one of them has it
    std::vector<std::string> tasks;  // what it may be for; empty: anything
};

/// All that a spec names, in its order. What is not as described is passed over.
std::vector<Reference> ReferencesOf(const ResourceId& from, const json::value& spec);

}  // namespace argosy::resources
