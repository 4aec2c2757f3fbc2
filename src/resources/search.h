// How the pieces of a knowledge base are found.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/describe/description.h"

namespace argosy::resources {

enum class AttributeType { kText, kNumber, kBool };
std::span<const Choice<AttributeType>> Choices(AttributeType);

/// Metadata that a question may name ("blue", "under 80 dollars").
struct Attribute {
    std::string name;
    AttributeType type = AttributeType::kText;
    std::string description;
    std::vector<std::string> words;
    double scale = 1;
    std::map<std::string, std::vector<std::string>> synonyms;

    bool operator==(const Attribute&) const = default;
};
const Description<Attribute>& Describe(const Attribute*);

/// What is rather shown: pieces whose attribute is above, below or equal to something.
struct Preference {
    std::string attribute;
    std::optional<double> above, below;
    std::optional<std::string> is;

    bool operator==(const Preference&) const = default;
};
const Description<Preference>& Describe(const Preference*);

struct Search {
    int limit = 5;
    int candidates = 50;
    double dense_weight = 1;
    double lexical_weight = 1;
    std::optional<double> min_score;
    bool self_query = true;
    std::vector<Attribute> attributes;
    std::string kind_attribute;
    int related = 2;
    std::vector<Preference> prefer;
    std::optional<double> mmr;

    bool operator==(const Search&) const = default;
};
const Description<Search>& Describe(const Search*);

}  // namespace argosy::resources
