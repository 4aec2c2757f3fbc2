// Questions about products that the shopper names, or has named before.
#include <fmt/format.h>

#include <algorithm>

#include "lifecycle/shop/dialogue.h"

namespace argosy::lifecycle::shop::internal {

namespace {

struct Attribute {
    const char* name;
    std::vector<const char*> questions;  // {} is the product, or "it"
    const char* answer;                  // {0} the product, {1} the value
};

const std::vector<Attribute>& Attributes() {
    static const std::vector<Attribute> kAttributes{
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
    return kAttributes;
}

const Attribute* PickAttribute(Random& random, const Product& product) {
    const Attribute& ask = random.Pick(Attributes());
    return ValueOf(product, ask.name).empty() ? nullptr : &ask;
}

bool Anything(const Product&) { return true; }

std::string Reply(Dialogue& out, const Product& product, const Attribute& ask) {
    const std::string value = State(out, product, ask.name);
    const bool yes = value != "not waterproof" && value != "out of stock";
    return fmt::format(fmt::runtime(ask.answer), Cite(out, product), value, yes ? "Yes" : "No");
}

std::string Question(Random& random, const Attribute& ask, const std::string& subject) {
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
};

const std::vector<Comparison>& Comparisons() {
    static const std::vector<Comparison> kAll{
        {{"Which is cheaper, the {0} or the {1}?", "Is the {0} cheaper than the {1}?",
          "What costs less, the {0} or the {1}?"},
         "price",
         "The {0} is cheaper than the {1}.",
         [](const Product& p) { return p.cents; }},
        {{"Which is lighter, the {0} or the {1}?", "Is the {0} lighter than the {1}?"},
         "weight",
         "The {0} at {2} is lighter than the {1} at {3}.",
         [](const Product& p) { return p.grams; }},
        {{"Which is better rated, the {0} or the {1}?", "Is the {0} better rated than the {1}?"},
         "rating",
         "The {0} with {2} is better rated than the {1} with {3}.",
         [](const Product& p) { return -p.rating; }}};
    return kAll;
}

bool AreShownFirst(const Product& first, const Product& second, const Dialogue& dialogue) {
    return dialogue.context.size() > 1 && dialogue.context[0] == &first &&
           dialogue.context[1] == &second;
}

}  // namespace

bool AskAttribute(Random& random, const Product& product, Dialogue& out) {
    const Attribute* ask = PickAttribute(random, product);
    if (ask == nullptr) return false;
    out.question = Question(random, *ask, "the " + product.name);
    out.answer = Reply(out, product, *ask);
    return true;
}

bool MakeAttribute(const Scene& scene, Dialogue& out) {
    const Product& product = *scene.random.Pick(scene.stall.all());
    const Attribute* attribute = PickAttribute(scene.random, product);
    if (attribute == nullptr) return false;
    out.target = &product;
    out.first = {&product};
    out.search = Question(scene.random, *attribute, "the " + product.name);
    Ask(scene, out.search, out);
    out.answerable = IsShownFirst(product, out);
    if (out.answerable) out.answer = Reply(out, product, *attribute);
    return true;
}

bool MakeFollowUp(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const Product& product = *random.Pick(scene.stall.all());
    const Attribute* attribute = PickAttribute(random, product);
    if (attribute == nullptr) return false;
    out.target = &product;
    out.first = {&product};
    Remember(random, product, out);
    std::string question = Question(random, *attribute, "it");
    if (random.Chance(20)) {
        question[0] = static_cast<char>(question[0] | 0x20);
        question = "And " + question;
    }
    out.search = fmt::format("{} {}", product.name, attribute->name);
    Ask(scene, question, out);
    out.answerable = IsShownFirst(product, out);
    if (out.answerable) out.answer = Reply(out, product, *attribute);
    return true;
}

bool MakeCheaper(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const Category& category = scene.stall.SomeCategory(random);
    const Shelf& shelf = scene.stall.Of(category);
    const Product* product = random.Pick(shelf);
    if (random.Chance(30)) {
        product = *std::ranges::min_element(shelf, {}, [](const Product* p) { return p->cents; });
    }
    const auto cheaper = [product](const Product* p) { return p->cents < product->cents; };
    std::ranges::copy_if(shelf, std::back_inserter(out.first), cheaper);
    const bool is_last = out.first.empty();
    out.also = is_last ? Shelf() : Shelf{product};
    if (is_last) out.first = {product};
    out.target = out.first[0];
    Remember(random, *product, out);
    static constexpr const char* kAsk[] = {"Do you have anything cheaper?",
                                           "Is there a cheaper one?",
                                           "That is too much. Anything for less?"};
    out.search = fmt::format("{} cheaper than the {}", Many(category, ""), product->name);
    Ask(scene, random.Pick(kAsk), out);
    if (is_last) {
        out.answerable = IsShownFirst(*product, out);
        if (!out.answerable) return true;
        out.answer = fmt::format("No, the {} is the cheapest I can offer.", Cite(out, *product));
        return true;
    }
    out.answerable =
        out.context.size() > 1 && out.context.back() == product && Holds(out.first, out.context[0]);
    if (!out.answerable) return true;
    const std::string offered = Cite(out, *out.context[0]);
    out.answer = fmt::format("Yes, the {} costs less than the {}.", offered, Cite(out, *product));
    return true;
}

bool MakeCompare(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const Category& category = scene.stall.SomeCategory(random);
    Shelf pair = scene.stall.SomeOf(random, scene.stall.Of(category), 2, Anything, {});
    const Comparison& by = random.Pick(Comparisons());
    out.search = fmt::format(fmt::runtime(random.Pick(by.questions)), pair[0]->name, pair[1]->name);
    std::ranges::sort(pair, {}, [&by](const Product* p) { return by.key(*p); });
    if (by.key(*pair[1]) == by.key(*pair[0])) return false;
    out.target = pair[0];
    out.first = {pair[0]};
    out.also = {pair[1]};
    out.all = true;
    Ask(scene, out.search, out);
    out.answerable = AreShownFirst(*pair[0], *pair[1], out);
    if (!out.answerable) return true;
    const std::string winner = Cite(out, *pair[0]);
    const std::string loser = Cite(out, *pair[1]);
    out.answer = fmt::format(fmt::runtime(by.answer), winner, loser,
                             ValueOf(*pair[0], by.attribute), ValueOf(*pair[1], by.attribute));
    return true;
}

bool MakeOrder(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const bool gone = random.Chance(70);
    const auto fits = [gone](const Product& p) { return (p.stock == 0) == gone; };
    const Product* product = scene.stall.Some(random, scene.stall.all(), fits);
    if (product == nullptr) return false;
    out.target = product;
    out.first = {product};
    for (const Product* p : scene.stall.Of(CategoryOf(*product))) {
        if (gone && p->stock > 0) out.also.push_back(p);
    }
    static constexpr const char* kAsk[] = {"I want to buy the {}.", "Can I order the {}?",
                                           "Please put the {} into my basket.",
                                           "I would like the {}, can you send it?"};
    out.search = fmt::format(fmt::runtime(random.Pick(kAsk)), product->name);
    Ask(scene, out.search, out);
    out.answerable = IsShownFirst(*product, out);
    if (!out.answerable) return true;
    const std::string cited = Cite(out, *product);
    out.answer = fmt::format("The {} is {} right now.", cited, State(out, *product, "stock"));
    if (gone && out.context.size() > 1 && Holds(out.also, out.context[1])) {
        const Product& other = *out.context[1];
        const std::string offer = Cite(out, other);
        out.answer += fmt::format(" The {} is {}.", offer, State(out, other, "stock"));
    }
    return true;
}

}  // namespace argosy::lifecycle::shop::internal
