// Questions about products that the shopper names, or has named before.
#include <fmt/format.h>

#include <algorithm>

#include "lifecycle/shop/dialogue.h"

namespace argosy::lifecycle::shop::internal {

namespace {

struct Ask {
    const char* attribute;
    std::vector<const char*> questions;  // {} is the product, or "it"
    const char* answer;                  // {0} the product, {1} the value
};

const std::vector<Ask>& Asks() {
    static const std::vector<Ask> kAsks{
        {"price",
         {"How much is {}?", "What does {} cost?", "What is the price of {}?",
          "How much do I pay for {}?"},
         "That is the {0}."},
        {"colour",
         {"What colour is {}?", "Which colour does {} come in?", "Is {} black or white?"},
         "The {0} is {1}."},
        {"size", {"What size is {}?", "Which size does {} come in?"}, "The {0} comes in size {1}."},
        {"weight",
         {"How heavy is {}?", "What does {} weigh?", "How much does {} weigh?"},
         "The {0} weighs {1}."},
        {"audience", {"Who is {} for?", "Who is {} made for?"}, "The {0} is made for {1}."},
        {"use", {"What is {} good for?", "What would I use {} for?"}, "The {0} is good for {1}."},
        {"rating",
         {"How is {} rated?", "What do people think of {}?", "Is {} any good?",
          "What do the reviews say about {}?"},
         "The {0} is rated {1}."},
        {"waterproof",
         {"Is {} waterproof?", "Can I use {} in the rain?", "Does {} keep water out?"},
         "{2}, the {0} is {1}."},
        {"stock",
         {"Is {} in stock?", "Can I buy {} today?", "Is {} available?"},
         "{2}, the {0} is {1}."}};
    return kAsks;
}

const Ask* PickAsk(Random& random, const Product& product) {
    const Ask& ask = random.Pick(Asks());
    return ValueOf(product, ask.attribute).empty() ? nullptr : &ask;
}

bool Anything(const Product&) { return true; }

std::string Reply(Dialogue& out, const Product& product, const Ask& ask) {
    const std::string value = State(out, product, ask.attribute);
    const bool yes = value != "not waterproof" && value != "out of stock";
    return fmt::format(fmt::runtime(ask.answer), Cite(out, product), value, yes ? "Yes" : "No");
}

std::string Question(Random& random, const Ask& ask, const std::string& subject) {
    return fmt::format(fmt::runtime(random.Pick(ask.questions)), subject);
}

const Category& CategoryOf(const Product& product) { return *FindCategory(product.category); }

// An earlier question whose answer names the product, cited by its place in another list.
void Remember(Random& random, const Product& product, Dialogue& out) {
    const Category& category = CategoryOf(product);
    const int place = random.Between(1, 4);
    const int turn = random.Between(1, 3);
    if (turn == 1) {
        out.history.emplace_back(fmt::format("Do you have {}?", One(category, product.material)),
                                 fmt::format("Yes, the {} [{}] ({}) is {}.", product.name, place,
                                             PriceText(product.cents), product.material));
    } else if (turn == 2) {
        out.history.emplace_back(fmt::format("Tell me about the {}.", product.name),
                                 fmt::format("The {} [{}] ({}) is good for {}.", product.name,
                                             place, PriceText(product.cents), product.use));
    } else {
        out.history.emplace_back(
            fmt::format("I am looking for {} for {}.", One(category, ""), product.use),
            fmt::format("I recommend the {} [{}] ({}): it is good for {}.", product.name, place,
                        PriceText(product.cents), product.use));
    }
}

struct Comparison {
    std::vector<const char*> questions;  // {0} and {1} the products
    const char* attribute;
    const char* answer;                  // {0} winner, {1} loser, {2} and {3} their values
    int (*key)(const Product& product);  // the least wins
    int gap;
};

const std::vector<Comparison>& Comparisons() {
    static const std::vector<Comparison> kAll{
        {{"Which is cheaper, the {0} or the {1}?", "Is the {0} cheaper than the {1}?",
          "What costs less, the {0} or the {1}?"},
         "price",
         "The {0} is cheaper than the {1}.",
         [](const Product& p) { return p.cents; },
         100},
        {{"Which is lighter, the {0} or the {1}?", "Does the {0} weigh less than the {1}?"},
         "weight",
         "The {0} at {2} is lighter than the {1} at {3}.",
         [](const Product& p) { return p.grams; },
         20},
        {{"Which is better rated, the {0} or the {1}?", "Do people prefer the {0} or the {1}?"},
         "rating",
         "The {0} with {2} is better rated than the {1} with {3}.",
         [](const Product& p) { return -p.rating; },
         1}};
    return kAll;
}

}  // namespace

bool AskAttribute(Random& random, const Product& product, Dialogue& out) {
    const Ask* ask = PickAsk(random, product);
    if (ask == nullptr) return false;
    out.question = Question(random, *ask, "the " + product.name);
    out.search = out.question;
    out.answer = Reply(out, product, *ask);
    return true;
}

bool MakeAttribute(Random& random, const Stall& stall, Dialogue& out) {
    const Product& product = *random.Pick(stall.all());
    out.products = {&product};
    const auto size = static_cast<size_t>(random.Between(3, 5));
    FillContext(random, stall, CategoryOf(product), size, Anything, out);
    return AskAttribute(random, product, out);
}

bool MakeFollowUp(Random& random, const Stall& stall, Dialogue& out) {
    const Product& product = *random.Pick(stall.all());
    const Ask* ask = PickAsk(random, product);
    if (ask == nullptr) return false;
    out.products = {&product};
    const auto size = static_cast<size_t>(random.Between(3, 5));
    FillContext(random, stall, CategoryOf(product), size, Anything, out);
    Remember(random, product, out);
    out.question = Question(random, *ask, "it");
    if (random.Chance(20)) {
        out.question[0] = static_cast<char>(out.question[0] | 0x20);
        out.question = "And " + out.question;
    }
    out.search = fmt::format("{} {}", product.name, ask->attribute);
    out.answer = Reply(out, product, *ask);
    return true;
}

bool MakeCheaper(Random& random, const Stall& stall, Dialogue& out) {
    const Product& product = *random.Pick(stall.all());
    const Shelf& shelf = stall.Of(CategoryOf(product));
    const auto cheaper = [&](const Product& p) {
        return p.cents + 200 < product.cents && p.stock > 0;
    };
    const auto dearer = [&](const Product& p) { return p.cents > product.cents + 200; };
    out.products = {&product};
    if (random.Chance(75)) {
        const Product* other = stall.Some(random, shelf, cheaper);
        if (other == nullptr) return false;
        out.products = {other, &product};
    }
    const auto size = static_cast<size_t>(random.Between(3, 4));
    FillContext(random, stall, CategoryOf(product), size, dearer, out);
    Remember(random, product, out);
    static constexpr const char* kAsk[] = {"Do you have anything cheaper?",
                                           "Is there a cheaper one?",
                                           "That is too much. Anything for less?"};
    out.question = random.Pick(kAsk);
    out.search = fmt::format("{} cheaper than the {}", Many(CategoryOf(product), ""), product.name);
    const std::string offered = Cite(out, *out.products[0]);
    if (out.products.size() == 1) {
        out.answer = fmt::format("No, the {} is the cheapest I can offer.", offered);
    } else {
        out.answer =
            fmt::format("Yes, the {} costs less than the {}.", offered, Cite(out, product));
    }
    return true;
}

bool MakeCompare(Random& random, const Stall& stall, Dialogue& out) {
    const Category& category = stall.SomeCategory(random);
    Shelf pair = stall.SomeOf(random, stall.Of(category), 2, Anything, {});
    const Comparison& by = random.Pick(Comparisons());
    const std::string asked =
        fmt::format(fmt::runtime(random.Pick(by.questions)), pair[0]->name, pair[1]->name);
    std::ranges::sort(pair, {}, [&by](const Product* p) { return by.key(*p); });
    if (by.key(*pair[1]) - by.key(*pair[0]) < by.gap) return false;
    out.products = pair;
    const auto size = static_cast<size_t>(random.Between(2, 4));
    FillContext(random, stall, category, size, Anything, out);
    out.question = asked;
    out.search = asked;
    const std::string winner = Cite(out, *pair[0]);
    const std::string loser = Cite(out, *pair[1]);
    const std::string value = ValueOf(*pair[0], by.attribute);
    out.answer =
        fmt::format(fmt::runtime(by.answer), winner, loser, value, ValueOf(*pair[1], by.attribute));
    return true;
}

bool MakeOutOfStock(Random& random, const Stall& stall, Dialogue& out) {
    const auto gone = [](const Product& p) { return p.stock == 0; };
    const auto there = [](const Product& p) { return p.stock > 0; };
    const Product* product = stall.Some(random, stall.all(), gone);
    if (product == nullptr) return false;
    const Category& category = CategoryOf(*product);
    out.products = {product};
    if (random.Chance(70)) {
        const Product* other = stall.Some(random, stall.Of(category), there);
        if (other == nullptr) return false;
        out.products.push_back(other);
    }
    out.context = out.products;
    // Of other kinds, so that there is one thing to offer.
    const auto stranger = [&](const Product& p) { return p.category != category.name; };
    for (const Product* p : stall.SomeOf(random, stall.all(), 2, stranger, out.context)) {
        out.context.push_back(p);
    }
    random.Shuffle(out.context);
    static constexpr const char* kAsk[] = {"I want to buy the {}.", "Can I order the {}?",
                                           "Please put the {} into my basket.",
                                           "I would like the {}, can you send it?"};
    out.question = fmt::format(fmt::runtime(random.Pick(kAsk)), product->name);
    out.search = out.question;
    const std::string cited = Cite(out, *product);
    out.answer = fmt::format("The {} is {} right now.", cited, State(out, *product, "stock"));
    if (out.products.size() == 2) {
        const Product& other = *out.products[1];
        const std::string offer = Cite(out, other);
        out.answer += fmt::format(" The {} is {}.", offer, State(out, other, "stock"));
    }
    return true;
}

}  // namespace argosy::lifecycle::shop::internal
