// A shopper's question with what retrieval found, the right answer, and how to tell that an answer
// is right.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "lifecycle/shop/random.h"
#include "lifecycle/shop/stall.h"
#include "lifecycle/shop/wish.h"

namespace argosy::lifecycle::shop {

/// What an answer has to state about a product, in the catalogue's words ("$79", "not waterproof").
struct Fact {
    const Product* product = nullptr;
    std::string attribute;
    std::string value;
};

struct Dialogue {
    std::string kind;
    Shelf context;
    std::vector<std::pair<std::string, std::string>> history;  // question, answer
    std::string question, answer;
    std::string
        search;      // the question so that it stands alone, for retrieval; empty: nothing to find
    Shelf products;  // that a right answer names, the first one first
    bool none = false;  // a right answer says that there is none
    std::vector<Fact> facts;
    Wish wish{};  // without a category where the question is about named products
};

/// A question of a random kind about the products of the stall.
Dialogue MakeDialogue(Random& random, const Stall& stall);

/// {"messages": [...]}; with `with_truth` also {"truth": {...}}, which score.h reads. Earlier
/// answers have weight 0: they are context.
json::object DialogueRow(const Dialogue& dialogue, const Stall& stall, bool with_truth);

/// {"messages": [...]}: a list of products and a handful of questions about one attribute of one of
/// them each, all answered. Simple and dense: what a model without any training learns to look up
/// and to copy from, before it meets MakeDialogue's questions.
json::object LookupRow(Random& random, const Stall& stall);

namespace internal {

// Makers of the kinds. False where the stall had nothing to make it of: draw again.
bool MakeFind(Random& random, const Stall& stall, Dialogue& out);
bool MakePriceFilter(Random& random, const Stall& stall, Dialogue& out);
bool MakeSuperlative(Random& random, const Stall& stall, Dialogue& out);
bool MakeRecommend(Random& random, const Stall& stall, Dialogue& out);
bool MakeAttribute(Random& random, const Stall& stall, Dialogue& out);
bool MakeFollowUp(Random& random, const Stall& stall, Dialogue& out);
bool MakeCheaper(Random& random, const Stall& stall, Dialogue& out);
bool MakeCompare(Random& random, const Stall& stall, Dialogue& out);
bool MakeOutOfStock(Random& random, const Stall& stall, Dialogue& out);
bool MakeNotFound(Random& random, const Stall& stall, Dialogue& out);
bool MakeSmallTalk(Random& random, const Stall& stall, Dialogue& out);
bool MakeOffTopic(Random& random, const Stall& stall, Dialogue& out);

/// A question about one attribute of a product of the context, by its name, and the answer. False
/// where the product has not what was drawn: draw again.
bool AskAttribute(Random& random, const Product& product, Dialogue& out);
/// "Alder Trail Parka [2] ($64)", by its place in the context; the price is a fact stated.
std::string Cite(Dialogue& dialogue, const Product& product);
/// Adds the fact that the answer has to state, and returns its words.
std::string State(Dialogue& dialogue, const Product& product, const std::string& attribute);
/// The catalogue's words for an attribute; empty where the product has none.
std::string ValueOf(const Product& product, std::string_view attribute);
/// Puts `named` and others into a shuffled context of up to `size`: others of the same category
/// that pass `test`, now and then one of another.
void FillContext(Random& random, const Stall& stall, const Category& category, size_t size,
                 const Test& test, Dialogue& out);

}  // namespace internal
}  // namespace argosy::lifecycle::shop
