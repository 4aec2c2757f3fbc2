// What a value of a resource may be: the one description that the parser, the defaults, the JSON
// Schema, the CRD and the reference documentation are all made from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "resources/describe/rule.h"
#include "resources/describe/units.h"

namespace argosy::resources {

/// One word of an enumeration.
struct ChoiceShape {
    std::string name = {};
    std::string doc = {};
};

struct Shape;

/// What narrows a field. Of a list or map, `min` to `refers_to` hold for each of its values.
struct Limits {
    bool required = false;
    std::optional<double> min = {};
    std::optional<double> max = {};
    std::string pattern = {};  // of texts; a regular expression that ECMA, PCRE and RE2 read alike
    std::string what = {};     // what a text of the pattern is: "a name such as shop-chat"
    size_t max_length = 1024;  // of texts, in characters
    std::vector<std::string> refers_to = {};  // kinds, one of which has a resource of that name
    std::vector<std::string> tasks = {};      // of a Model or Route it refers to: what it may do
    size_t min_items = 0;
    size_t max_items = 256;
    std::string key = {};  // of a list of objects: the field that no two share
};

struct FieldShape {
    std::string name = {};
    std::string doc = {};
    std::shared_ptr<const Shape> shape = {};
    Limits limits = {};
    std::optional<json::value> default_value = {};  // none: nothing, or empty
    bool optional = false;                          // may be absent, which is not the same as empty
};

struct Shape {
    enum class Type {
        kText,
        kBool,
        kInteger,
        kNumber,
        kChoice,  // one of `choices`
        kUnit,    // a text such as "30s", as `unit` says
        kList,    // of `element`
        kMap,     // from text to `element`
        kObject,  // of `fields`
        kAny,     // any map; a JSON Schema, for instance
    };

    Type type = Type::kText;
    std::string name = {};  // of an object: "Scaling"
    std::string doc = {};   // of an object: one sentence
    std::vector<ChoiceShape> choices = {};
    const Unit* unit = nullptr;
    std::shared_ptr<const Shape> element = {};
    std::vector<FieldShape> fields = {};
    std::vector<Rule> rules = {};
    bool secret = false;  // what is found in its place is never shown

    const FieldShape* Find(std::string_view field) const;
    /// Whether an empty map is a value of this object.
    bool MayBeEmpty() const;
};

}  // namespace argosy::resources
