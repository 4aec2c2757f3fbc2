// The JSON Schema of a description, in the two dialects that read it.
#pragma once

#include "base/json.h"
#include "resources/describe/shape.h"

namespace argosy::resources {

enum class Dialect {
    kEditor,      // draft 2020-12; unknown fields are errors, rules are if-then
    kKubernetes,  // OpenAPI v3 as a CRD's structural schema has it; rules are CEL
};

/// The schema of a field's value, with its description and default.
json::object SchemaOf(const FieldShape& field, Dialect dialect);

}  // namespace argosy::resources
