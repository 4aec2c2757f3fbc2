// A compiled schema. Private to JsonSchema.
#pragma once

#include <map>
#include <optional>

#include "assistant/tools/json_schema.h"
#include "assistant/tools/pattern.h"

namespace argosy::assistant {

struct JsonSchema::Node {
    using Ptr = std::shared_ptr<const Node>;

    std::optional<bool> constant;    // the schemas `true` and `false`
    std::vector<std::string> types;  // empty: any
    std::map<std::string, Ptr, std::less<>> properties;
    std::vector<std::string> required;
    std::optional<json::array> choices;  // of enum, or const
    Ptr items;
    Ptr additional;  // of additionalProperties; nullptr: anything
    std::optional<double> minimum, maximum, exclusive_minimum, exclusive_maximum;
    std::optional<uint64_t> min_length, max_length, min_items, max_items;
    std::optional<Pattern> pattern;
    std::string pattern_text;
    std::vector<Ptr> any_of;
    bool exactly_one = false;  // oneOf
};

}  // namespace argosy::assistant
