// A shopper's question with what the shop's search shows for it, the right answer, and how to tell
// that an answer is right.
#pragma once

#include <functional>
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

/// Questions with their answers, the first ones first.
using Turns = std::vector<std::pair<std::string, std::string>>;

/// What a search shows for a question.
struct Shown {
    Shelf products;                         // best first
    std::vector<std::string> missing = {};  // what was asked for and nothing meets: "grey"
};
/// The search of the shop over a stall's products: the question that comes after `history`.
using ShowProducts = std::function<Shown(const Turns& history, const std::string& question)>;

struct Dialogue {
    std::string kind;
    Turns history;
    std::string question, answer;
    Shelf context;                     // what the search showed
    std::vector<std::string> missing;  // as Shown has it
    /// The right answer can be given from the context. False: the search did not find it.
    bool answerable = true;
    std::string
        search;   // the question so that it stands alone, for retrieval; empty: nothing to find
    Shelf first;  // a right answer names one of these first
    Shelf also;   // and may name these besides
    bool all = false;   // and has to name one of `also`, too
    bool none = false;  // a right answer says that there is none
    std::vector<Fact> facts;
    Wish wish{};  // without a category where the question is about named products
    const Product* target = nullptr;  // that the question was made for
};

/// What a dialogue is made of.
struct Scene {
    Random& random;
    const Stall& stall;
    const ShowProducts& show;
};

/// A question of a random kind about the products of the stall. With `only_answerable`, one that
/// the search gives the answer to.
Dialogue MakeDialogue(const Scene& scene, bool only_answerable);

/// {"messages": [...]}; with `with_truth` also {"truth": {...}}, which score.h reads. Earlier
/// answers have weight 0: they are context.
json::object DialogueRow(const Dialogue& dialogue, bool with_truth);

/// {"messages": [...]}: a list of products and a handful of questions about one attribute of one of
/// them each, all answered. Simple and dense: what a model without any training learns to look up
/// and to copy from, before it meets MakeDialogue's questions.
json::object LookupRow(Random& random, const Stall& stall);

namespace internal {

// Makers of the kinds. False where the stall had nothing to make it of: draw again.
bool MakeFind(const Scene& scene, Dialogue& out);
bool MakePriceFilter(const Scene& scene, Dialogue& out);
bool MakeSuperlative(const Scene& scene, Dialogue& out);
bool MakeRecommend(const Scene& scene, Dialogue& out);
bool MakeAttribute(const Scene& scene, Dialogue& out);
bool MakeFollowUp(const Scene& scene, Dialogue& out);
bool MakeCheaper(const Scene& scene, Dialogue& out);
bool MakeCompare(const Scene& scene, Dialogue& out);
bool MakeOrder(const Scene& scene, Dialogue& out);
bool MakeNotFound(const Scene& scene, Dialogue& out);
bool MakeSmallTalk(const Scene& scene, Dialogue& out);
bool MakeOffTopic(const Scene& scene, Dialogue& out);

/// Sets the question as it is spoken, and what the search shows for it.
void Ask(const Scene& scene, const std::string& question, Dialogue& out);
/// The search shows it first, before all else.
bool IsShownFirst(const Product& product, const Dialogue& dialogue);
/// A question about one attribute of a product, by its name, and the answer. False where the
/// product has not what was drawn: draw again.
bool AskAttribute(Random& random, const Product& product, Dialogue& out);
/// "Alder Trail Parka [2] ($64)", by its place in the context; the price is a fact stated.
std::string Cite(Dialogue& dialogue, const Product& product);
/// Adds the fact that the answer has to state, and returns its words.
std::string State(Dialogue& dialogue, const Product& product, const std::string& attribute);
/// The catalogue's words for an attribute; empty where the product has none.
std::string ValueOf(const Product& product, std::string_view attribute);
/// "I am sorry, we do not have a pink lamp."
std::string Sorry(const std::string& what);

}  // namespace internal
}  // namespace argosy::lifecycle::shop
