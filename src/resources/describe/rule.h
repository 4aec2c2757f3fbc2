// Rules that join the fields of one object. A rule is data: from it come the check, the CEL text of
// the CRD, the JSON Schema and the sentence of the documentation, so that these can't differ.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace argosy::resources {

struct Shape;

struct Rule {
    enum class Kind {
        kAtLeastOne,  // of `fields` is given
        kAtMostOne,
        kExactlyOne,
        kNotMoreThan,  // fields[0] <= fields[1]
        kNeeds,        // where `choice` is one of `values`, each of `fields` is given
        kNeedsUnless,  // where it is none of `values`
        kOnlyFor,      // `fields` are given only where `choice` is one of `values`
    };

    Kind kind;
    std::vector<std::string> fields;
    std::string choice = {};
    std::vector<std::string> values = {};

    /// Whether an object, of which only what was given is there, keeps the rule.
    bool Holds(const json::object& given, const Shape& shape) const;
    /// "exactly one of model, route has to be given": for messages and documentation.
    std::string Sentence() const;
    /// The rule in Kubernetes' expression language.
    std::string Cel() const;
    /// The rule as a JSON Schema beside `properties`; null where that language can't say it.
    json::value JsonSchema(const Shape& shape) const;
};

Rule AtLeastOne(std::vector<std::string> fields);
Rule AtMostOne(std::vector<std::string> fields);
Rule ExactlyOne(std::vector<std::string> fields);
Rule NotMoreThan(std::string lesser, std::string greater);
Rule Needs(std::string choice, std::vector<std::string> values, std::vector<std::string> fields);
Rule NeedsUnless(std::string choice, std::vector<std::string> values,
                 std::vector<std::string> fields);
Rule OnlyFor(std::string choice, std::vector<std::string> values, std::vector<std::string> fields);

}  // namespace argosy::resources
