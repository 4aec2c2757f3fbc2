#include "lifecycle/shop/pairs.h"

#include <algorithm>

#include "lifecycle/shop/dialogue.h"

namespace argosy::lifecycle::shop {

namespace {

constexpr size_t kNegatives = 4;

// A question that products answer, by its own words or as it stands alone.
Dialogue SearchableDialogue(Random& random, const Stall& stall) {
    const ShowProducts nothing = [](const Turns&, const std::string&) { return Shown(); };
    while (true) {
        Dialogue dialogue = MakeDialogue({random, stall, nothing}, false);
        if (!dialogue.search.empty() && !dialogue.none) return dialogue;
    }
}

}  // namespace

json::object MakePair(Random& random, const Stall& stall) {
    const Dialogue dialogue = SearchableDialogue(random, stall);
    const Product& positive = *dialogue.target;
    const Wish& wish = dialogue.wish;
    const auto wrong = [&](const Product& p) {
        if (wish.category != nullptr) return !wish.Matches(p) && !wish.IsMatterOfTaste(p);
        return !Holds(dialogue.first, &p) && !Holds(dialogue.also, &p);
    };
    const Shelf& alike = stall.Of(*FindCategory(positive.category));
    json::array negatives;
    for (const Product* product : stall.SomeOf(random, alike, kNegatives, wrong, {&positive})) {
        negatives.emplace_back(PassageText(*product));
    }
    const bool standing = dialogue.history.empty() && random.Chance(60);
    return {{"query", standing ? dialogue.question : dialogue.search},
            {"positive", PassageText(positive)},
            {"negatives", std::move(negatives)}};
}

}  // namespace argosy::lifecycle::shop
