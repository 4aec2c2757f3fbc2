// One document of a file: a resource of ours, checked, or an object that only a cluster reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/kinds.h"
#include "resources/metadata.h"
#include "resources/problem.h"
#include "resources/yaml/node.h"

namespace argosy::resources {

struct Document {
    ResourceId id;  // its name may be empty where that is wrong
    json::value metadata;
    json::value spec;
    Places places;
    bool good = true;  // no problem within; what has one is partly there
};

struct Documents {
    std::vector<Document> resources;
    std::vector<std::string> others;  // "v1 Secret shop"
};

/// Holds each document against the description of its kind. Problems are told with the file's name.
Documents CheckDocuments(const std::vector<YamlNode>& nodes, const std::string& file,
                         Problems& problems);

}  // namespace argosy::resources
