#include "lifecycle/shop/pairs.h"

#include "lifecycle/shop/dialogue.h"

namespace argosy::lifecycle::shop {

namespace {

constexpr size_t kNegatives = 4;

// A question that products answer, by its own words or as it stands alone.
Dialogue AnswerableDialogue(Random& random, const Stall& stall) {
    while (true) {
        Dialogue dialogue = MakeDialogue(random, stall);
        if (!dialogue.search.empty() && !dialogue.none) return dialogue;
    }
}

}  // namespace

json::object MakePair(Random& random, const Stall& stall) {
    const Dialogue dialogue = AnswerableDialogue(random, stall);
    const Product& positive = *dialogue.products[0];
    const auto wrong = [&](const Product& p) {
        const Wish& wish = dialogue.wish;
        return wish.category == nullptr || (!wish.Matches(p) && !wish.IsMatterOfTaste(p));
    };
    const Shelf& alike = stall.Of(*FindCategory(positive.category));
    json::array negatives;
    for (const Product* product :
         stall.SomeOf(random, alike, kNegatives, wrong, dialogue.products)) {
        negatives.emplace_back(PassageText(*product));
    }
    const bool standing = dialogue.history.empty() && random.Chance(60);
    return {{"query", standing ? dialogue.question : dialogue.search},
            {"positive", PassageText(positive)},
            {"negatives", std::move(negatives)}};
}

}  // namespace argosy::lifecycle::shop
