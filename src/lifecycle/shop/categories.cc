#include <algorithm>

#include "lifecycle/shop/category.h"
#include "lifecycle/shop/category_tables.h"

namespace argosy::lifecycle::shop {

namespace {

bool IsVowel(char c) { return std::string_view("aeiou").contains(c); }

std::string Joined(std::string_view adjectives, std::string_view noun) {
    return adjectives.empty() ? std::string(noun)
                              : std::string(adjectives).append(" ").append(noun);
}

}  // namespace

const std::vector<Category>& Categories() {
    static const std::vector<Category> kAll = [] {
        std::vector<Category> all = internal::Outdoors();
        for (const auto& part : {internal::Home(), internal::Pantry(), internal::Leisure()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return kAll;
}

const Category* FindCategory(std::string_view name) {
    const auto found = std::ranges::find(Categories(), name, &Category::name);
    return found == Categories().end() ? nullptr : &*found;
}

const Words& Colours() {
    static const Words kColours{"black", "white",  "red",  "blue",  "green",     "yellow", "orange",
                                "grey",  "purple", "pink", "brown", "turquoise", "beige",  "navy"};
    return kColours;
}

const Words& Audiences() {
    static const Words kAudiences{"men", "women", "kids", "everyone"};
    return kAudiences;
}

std::string One(const Category& category, std::string_view adjectives) {
    if (category.counting == Counting::kPair)
        return "a pair of " + Joined(adjectives, category.plural);
    const std::string rest = Joined(adjectives, category.name);
    if (category.counting == Counting::kMass) return "some " + rest;
    return (IsVowel(rest[0]) ? "an " : "a ") + rest;
}

std::string Many(const Category& category, std::string_view adjectives) {
    const bool mass = category.counting == Counting::kMass;
    return Joined(adjectives, mass ? category.name : category.plural);
}

}  // namespace argosy::lifecycle::shop
