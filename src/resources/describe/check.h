// A document held against its description: every problem with its place, and what was given as
// plain JSON that a Codec reads.
#pragma once

#include <map>
#include <string>

#include "resources/describe/shape.h"
#include "resources/problem.h"
#include "resources/yaml/node.h"

namespace argosy::resources {

/// Where each value of a resource stands, by its path ("spec.sources[0].uri").
using Places = std::map<std::string, Place>;

struct Checked {
    json::value value;  // what was right; whole only where there is no problem
    Problems problems;  // without file and subject
    Places places;
};

/// Holds a value against the field it was given for. `path` is where it is: "spec".
Checked Check(const FieldShape& field, const YamlNode& node, const std::string& path);

}  // namespace argosy::resources
