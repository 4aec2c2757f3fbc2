// One scalar held against its description.
#pragma once

#include "base/error.h"
#include "resources/describe/shape.h"
#include "resources/yaml/node.h"

namespace argosy::resources {

/// The scalar as JSON. Errors: kUnsupported where it is of another type, kInvalidArgument where it
/// is outside of what the field takes.
Result<json::value> CheckScalar(const Shape& shape, const Limits& limits, const YamlNode& node);

}  // namespace argosy::resources
