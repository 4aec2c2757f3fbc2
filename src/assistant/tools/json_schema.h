// Checks JSON against the part of JSON Schema that tools use: type, properties, required, enum,
// const, items, minItems/maxItems, minimum/maximum (and the exclusive ones), minLength/maxLength,
// pattern, additionalProperties, anyOf/oneOf. Words that only describe (title, description,
// default, format, examples, $schema) are passed over; any other word is refused, so that no check
// is missing silently. Thread-safe once made.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace argosy::assistant {

class JsonSchema {
  public:
    /// kInvalidArgument or kUnsupported names the place: "properties.price: ...".
    static Result<JsonSchema> Compile(const json::value& schema);

    /// What is wrong, each with its place, in words that a model can act on; at most ten. Empty:
    /// the value fits.
    std::vector<std::string> Check(const json::value& value) const;

    struct Node;

  private:
    std::shared_ptr<const Node> root_;
};

}  // namespace argosy::assistant
