// What kinds of goods the shop sells, and which attributes each kind has.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::lifecycle::shop {

using Words = std::vector<std::string_view>;

/// How one of a kind is spoken of: "a tent", "a pair of boots", "some tea".
enum class Counting { kSingle, kPair, kMass };

struct Category {
    std::string_view name;    // "jacket"
    std::string_view plural;  // "jackets"
    Counting counting;
    Words nouns;      // the last word of a product's name: "Parka"
    Words styles;     // the word before it: "Trail"
    Words materials;  // as an adjective: "nylon", "oolong", "fantasy"
    Words uses;       // "hiking"
    Words sizes;      // may be empty, as may the two below
    bool coloured;
    bool for_people;         // has an audience
    int waterproof_percent;  // of its products; 0: the word makes no sense for the kind
    int min_dollars, max_dollars;
    int min_grams, max_grams;
};

const std::vector<Category>& Categories();
/// By name, or nullptr.
const Category* FindCategory(std::string_view name);

const Words& Colours();
const Words& Audiences();  // "men", "women", "kids", "everyone"

/// "a blue tent", "a pair of leather boots", "some green tea"; adjectives may be empty.
std::string One(const Category& category, std::string_view adjectives);
/// "blue tents", "green tea".
std::string Many(const Category& category, std::string_view adjectives);

}  // namespace argosy::lifecycle::shop
