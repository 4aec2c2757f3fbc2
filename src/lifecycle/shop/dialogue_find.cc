// Questions that look for products: by attribute, by price, the most of something, for a person.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lifecycle/shop/dialogue.h"

namespace argosy::lifecycle::shop::internal {

namespace {

constexpr const char* kFindQuestions[] = {
    "Do you have {}?",         "I am looking for {}.",      "I need {}.",
    "Have you got {}?",        "Is there {} in your shop?", "Can you find me {}?",
    "I would like to buy {}.", "Could you show me {}?",     "Any chance you sell {}?",
    "Help me find {}, please."};
constexpr const char* kManyQuestions[] = {"What {} do you have?", "Which {} can you offer?",
                                          "Show me your {}.", "Do you sell {}?"};
constexpr int kRoundDollars[] = {6,   8,   10,  12,  15,  20,  25,  30,  40,  50,  60,  75,   90,
                                 100, 120, 150, 180, 200, 250, 300, 400, 500, 600, 800, 1000, 1500};

std::string Say(const char* pattern, const std::string& text) {
    return fmt::format(fmt::runtime(pattern), text);
}

bool InStock(const Product& product) { return product.stock > 0; }

// Asks for one or two of what the product is.
void WishFor(Random& random, const Product& product, size_t most, Wish& wish) {
    std::vector<std::string_view> features;
    for (const char* name : {"colour", "material", "use", "audience"}) {
        if (!ValueOf(product, name).empty()) features.emplace_back(name);
    }
    if (product.waterproof == "waterproof") features.emplace_back("waterproof");
    random.Shuffle(features);
    if (features.size() > most) features.resize(most);
    for (const std::string_view feature : features) {
        if (feature == "colour") wish.colour = product.colour;
        if (feature == "material") wish.material = product.material;
        if (feature == "use" && wish.audience.empty()) wish.use = product.use;
        if (feature == "audience" && wish.use.empty() && product.audience != "everyone") {
            wish.audience = product.audience;
        }
        if (feature == "waterproof") wish.waterproof = true;
    }
}

// "blue, waterproof, made for hiking": what was asked for, as the answer states it.
std::string Features(Dialogue& out, const Product& product) {
    std::string text;
    const auto add = [&](const char* attribute, const char* before) {
        text += std::string(text.empty() ? "" : ", ") + before + State(out, product, attribute);
    };
    if (out.wish.waterproof) add("waterproof", "");
    if (!out.wish.colour.empty()) add("colour", "");
    if (!out.wish.material.empty()) add("material", "");
    if (!out.wish.audience.empty()) add("audience", "made for ");
    if (!out.wish.use.empty()) add("use", "made for ");
    return text;
}

void AnswerOne(const Product& product, Dialogue& out) {
    const std::string cited = Cite(out, product);
    const std::string features = Features(out, product);
    out.answer = features.empty() ? fmt::format("Yes, there is the {}.", cited)
                                  : fmt::format("Yes, the {} is {}.", cited, features);
}

void AnswerTwo(Dialogue& out) {
    const std::string first = Cite(out, *out.context[0]);
    out.answer = fmt::format("We have the {} and the {}.", first, Cite(out, *out.context[1]));
}

// What the search shows first has to fit; who asks for many is told of two.
void AnswerWish(bool many, Dialogue& out) {
    const Wish& wish = out.wish;
    out.answerable = !out.context.empty() && wish.Matches(*out.context[0]);
    if (!out.answerable) return;
    if (many && out.context.size() > 1 && wish.Matches(*out.context[1])) return AnswerTwo(out);
    AnswerOne(*out.context[0], out);
}

void TakeAllThatFit(const Stall& stall, Dialogue& out) {
    for (const Product* product : stall.Of(*out.wish.category)) {
        if (out.wish.Matches(*product)) out.first.push_back(product);
    }
    out.also = out.first;
    out.search = out.wish.One();
}

// A round sum between the product's price and that of others; 0 where there is none near.
int LimitAbove(Random& random, int cents) {
    const auto* above =
        std::ranges::find_if(kRoundDollars, [cents](int d) { return d * 100 > cents; });
    if (above == std::end(kRoundDollars)) return 0;
    if (above + 1 != std::end(kRoundDollars) && random.Chance(40)) ++above;
    return *above * 100;
}

int LimitBelow(Random& random, int cents) {
    int limit = 0;
    for (const int dollars : kRoundDollars) {
        if (dollars * 100 < cents && (limit == 0 || random.Chance(90))) limit = dollars * 100;
    }
    return limit;
}

struct PriceQuestion {
    std::string text;
    bool many = false;
};

PriceQuestion AskPrice(Random& random, const Wish& wish) {
    Wish open = wish;
    open.below_cents = open.above_cents = 0;
    if (wish.above_cents != 0) {
        const std::string limit = PriceText(wish.above_cents);
        static constexpr const char* kOver[] = {"Do you have {} for more than {}?",
                                                "I am looking for {} over {}.",
                                                "Show me {} above {}."};
        return {fmt::format(fmt::runtime(random.Pick(kOver)), open.One(), limit)};
    }
    const std::string limit = PriceText(wish.below_cents);
    static constexpr const char* kUnder[] = {"Do you have {} under {}?",
                                             "I am looking for {} for less than {}.",
                                             "Can I get {} below {}?",
                                             "I need {} and want to stay under {}.",
                                             "Is there {} that costs less than {}?",
                                             "{} under {}?"};
    static constexpr const char* kUnderMany[] = {"Which {} do you have under {}?",
                                                 "Show me {} below {}.",
                                                 "What {} can I get for less than {}?"};
    if (random.Chance(35)) {
        return {fmt::format(fmt::runtime(random.Pick(kUnderMany)), open.Many(), limit), true};
    }
    return {fmt::format(fmt::runtime(random.Pick(kUnder)), open.One(), limit)};
}

struct Most {
    const char* word;                    // "cheapest"
    const char* attribute;               // that the answer states besides the price; may be empty
    int (*key)(const Product& product);  // the least wins
};

constexpr Most kMosts[] = {{"cheapest", "", [](const Product& p) { return p.cents; }},
                           {"lightest", "weight", [](const Product& p) { return p.grams; }},
                           {"best rated", "rating", [](const Product& p) { return -p.rating; }},
                           {"most expensive", "", [](const Product& p) { return -p.cents; }}};

struct Person {
    const char* name;
    const char* audience;
};
constexpr Person kPersons[] = {
    {"my daughter", "kids"}, {"my son", "kids"},     {"my niece", "kids"},   {"my nephew", "kids"},
    {"my wife", "women"},    {"my mother", "women"}, {"my sister", "women"}, {"my aunt", "women"},
    {"my husband", "men"},   {"my father", "men"},   {"my brother", "men"},  {"my uncle", "men"}};

}  // namespace

bool MakeFind(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const Category& category = scene.stall.SomeCategory(random);
    out.target = scene.stall.Some(random, scene.stall.Of(category), InStock);
    if (out.target == nullptr) return false;
    out.wish = Wish{.category = &category};
    WishFor(random, *out.target, static_cast<size_t>(random.Between(1, 3)), out.wish);
    if (out.wish.Adjectives().empty() && out.wish.Ending().empty()) return false;
    TakeAllThatFit(scene.stall, out);
    const bool many = random.Chance(25);
    Ask(scene,
        many ? Say(random.Pick(kManyQuestions), out.wish.Many())
             : Say(random.Pick(kFindQuestions), out.wish.One()),
        out);
    AnswerWish(many, out);
    return true;
}

bool MakePriceFilter(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const Category& category = scene.stall.SomeCategory(random);
    out.target = scene.stall.Some(random, scene.stall.Of(category), InStock);
    if (out.target == nullptr) return false;
    out.wish = Wish{.category = &category};
    if (random.Chance(50)) {
        WishFor(random, *out.target, static_cast<size_t>(random.Between(1, 3)), out.wish);
    }
    if (random.Chance(85)) {
        out.wish.below_cents = LimitAbove(random, out.target->cents);
    } else {
        out.wish.above_cents = LimitBelow(random, out.target->cents);
    }
    if (out.wish.below_cents == 0 && out.wish.above_cents == 0) return false;
    TakeAllThatFit(scene.stall, out);
    const PriceQuestion question = AskPrice(random, out.wish);
    Ask(scene, question.text, out);
    AnswerWish(question.many, out);
    return true;
}

bool MakeSuperlative(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const Category& category = scene.stall.SomeCategory(random);
    const Most& most = random.Pick(kMosts);
    const Shelf& shelf = scene.stall.Of(category);
    const auto key = [&most](const Product* product) { return most.key(*product); };
    const int best = key(*std::ranges::min_element(shelf, {}, key));
    std::ranges::copy_if(shelf, std::back_inserter(out.first),
                         [&](const Product* product) { return key(product) == best; });
    out.target = out.first[0];
    static constexpr const char* kAsk[] = {"What is your {0} {1}?", "Which of your {2} is the {0}?",
                                           "Show me the {0} {1} you have.", "I want the {0} {1}."};
    const bool pair = category.counting == Counting::kPair;
    const std::string kind = pair ? "pair of " + Many(category, "") : std::string(category.name);
    Ask(scene, fmt::format(fmt::runtime(random.Pick(kAsk)), most.word, kind, category.plural), out);
    out.answerable = !out.context.empty() && Holds(out.first, out.context[0]);
    if (!out.answerable) return true;
    const Product& product = *out.context[0];
    out.answer = fmt::format("The {} is the {}", most.word, Cite(out, product));
    if (*most.attribute != '\0') out.answer += ": " + State(out, product, most.attribute);
    out.answer += ".";
    return true;
}

bool MakeRecommend(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const Category& category = scene.stall.SomeCategory(random);
    out.wish = Wish{.category = &category};
    const Person& person = random.Pick(kPersons);
    if (category.for_people) out.wish.audience = person.audience;
    const auto fits = [&](const Product& p) { return out.wish.Matches(p) && InStock(p); };
    out.target = scene.stall.Some(random, scene.stall.Of(category), fits);
    if (out.target == nullptr) return false;
    out.wish.use = out.target->use;
    TakeAllThatFit(scene.stall, out);
    static constexpr const char* kGift[] = {
        "I need a gift for {0}: {1} for {2}.",
        "What would you recommend for {0}, who wants {1} for {2}?",
        "I am looking for {1} for {0}, for {2}.", "Can you recommend {1} for {0}? It is for {2}."};
    static constexpr const char* kAdvice[] = {"Can you recommend {1} for {2}?",
                                              "Which {3} would you recommend for {2}?",
                                              "I want {1} for {2}. What do you suggest?"};
    const char* pattern = category.for_people ? random.Pick(kGift) : random.Pick(kAdvice);
    Ask(scene,
        fmt::format(fmt::runtime(pattern), person.name, One(category, ""), out.wish.use,
                    Many(category, "")),
        out);
    out.answerable = !out.context.empty() && out.wish.Matches(*out.context[0]);
    if (!out.answerable) return true;
    const Product& product = *out.context[0];
    const std::string cited = Cite(out, product);
    std::string made =
        category.for_people ? "made for " + State(out, product, "audience") + ", " : "";
    made += "good for " + State(out, product, "use");
    out.answer = fmt::format("I recommend the {}: it is {}.", cited, made);
    return true;
}

}  // namespace argosy::lifecycle::shop::internal
