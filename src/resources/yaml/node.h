// A YAML document as it stands in its file: where each value is, whether a text was quoted, keys in
// their order and also those that come twice. Aliases are followed; what they make is bounded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "resources/problem.h"

namespace argosy::resources {

struct YamlEntry;

struct YamlNode {
    enum class Type { kNull, kScalar, kList, kMap };

    Type type = Type::kNull;
    Place place;
    std::string text;     // of a scalar
    bool quoted = false;  // a scalar that is text whatever it looks like
    std::vector<YamlNode> items;
    std::vector<YamlEntry> entries;

    /// The value of the first such key, or null.
    const YamlNode* Find(std::string_view key) const;
};

struct YamlEntry {
    YamlNode key;
    YamlNode value;
};

struct YamlLimits {
    size_t bytes = 4 << 20;
    size_t depth = 64;
    size_t nodes = 200'000;  // aliases count as what they stand for
};

/// The documents of a text, empty ones left out. What is no YAML, no UTF-8 or over a limit ends the
/// reading with a problem; the documents before it are still given.
std::vector<YamlNode> ReadYaml(std::string_view text, Problems& problems,
                               const YamlLimits& limits = {});

/// JSON as if it had been read from YAML, without places.
YamlNode ToYamlNode(const json::value& value);

/// What a scalar is when YAML 1.2 and the YAML 1.1 of Kubernetes' tools agree, or kText; kAmbiguous
/// where they do not ("yes", "0o17"), which a careful reader refuses unquoted.
enum class Meaning { kText, kNull, kBool, kInteger, kNumber, kAmbiguous };
Meaning MeaningOf(const YamlNode& scalar);

/// The node as JSON: for fields that take any value. Ambiguous scalars become text.
json::value ToJson(const YamlNode& node);

/// "a map", "a list", "the text 'x'", "the number 5": what was found, for messages.
std::string Found(const YamlNode& node);

}  // namespace argosy::resources
