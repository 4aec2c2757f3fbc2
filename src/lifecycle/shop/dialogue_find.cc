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

void AnswerOne(Random& random, Dialogue& out) {
    const Product& product = *out.products[0];
    const std::string cited = Cite(out, product);
    const std::string features = Features(out, product);
    if (features.empty()) {
        out.answer = fmt::format("Yes, there is the {}.", cited);
    } else if (random.Chance(50)) {
        out.answer = fmt::format("Yes, the {} is {}.", cited, features);
    } else {
        out.answer = fmt::format("I found the {}: it is {}.", cited, features);
    }
}

void AnswerTwo(Dialogue& out) {
    // In the order of the list, so that there is one right way.
    std::ranges::sort(out.products, {}, [&out](const Product* product) {
        return std::ranges::find(out.context, product) - out.context.begin();
    });
    const std::string first = Cite(out, *out.products[0]);
    out.answer = fmt::format("Two fit: the {} and the {}.", first, Cite(out, *out.products[1]));
}

// The target, now and then a second product that fits, and others that do not.
void SetTheScene(Random& random, const Stall& stall, const Product& target, Dialogue& out) {
    const Wish& wish = out.wish;
    out.products = {&target};
    if (random.Chance(22)) {
        const auto fits = [&](const Product& p) { return wish.Matches(p) && InStock(p); };
        for (const Product* second :
             stall.SomeOf(random, stall.Of(*wish.category), 1, fits, out.products)) {
            out.products.push_back(second);
        }
    }
    const auto other = [&wish](const Product& p) {
        return !wish.Matches(p) && !wish.IsMatterOfTaste(p);
    };
    const auto size = static_cast<size_t>(random.Between(3, 5));
    FillContext(random, stall, *wish.category, size, other, out);
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

std::string PriceQuestion(Random& random, const Wish& wish) {
    Wish open = wish;
    open.below_cents = open.above_cents = 0;
    if (wish.above_cents != 0) {
        const std::string limit = PriceText(wish.above_cents);
        static constexpr const char* kOver[] = {"Do you have {} for more than {}?",
                                                "I am looking for {} over {}.",
                                                "Show me {} above {}."};
        return fmt::format(fmt::runtime(random.Pick(kOver)), open.One(), limit);
    }
    const std::string limit = PriceText(wish.below_cents);
    static constexpr const char* kUnder[] = {
        "Do you have {} under {}?", "I am looking for {} for less than {}.",
        "Can I get {} below {}?", "I need {} and want to stay under {}.",
        "Is there {} that costs less than {}?"};
    static constexpr const char* kUnderMany[] = {"Which {} do you have under {}?",
                                                 "Show me {} below {}.",
                                                 "What {} can I get for less than {}?"};
    if (random.Chance(35)) {
        return fmt::format(fmt::runtime(random.Pick(kUnderMany)), open.Many(), limit);
    }
    return fmt::format(fmt::runtime(random.Pick(kUnder)), open.One(), limit);
}

struct Most {
    const char* word;                    // "cheapest"
    const char* attribute;               // that the answer states besides the price; may be empty
    int (*key)(const Product& product);  // the least wins
    int gap;                             // at least so much ahead of the second
};

constexpr Most kMosts[] = {{"cheapest", "", [](const Product& p) { return p.cents; }, 100},
                           {"lightest", "weight", [](const Product& p) { return p.grams; }, 10},
                           {"best rated", "rating", [](const Product& p) { return -p.rating; }, 1},
                           {"most expensive", "", [](const Product& p) { return -p.cents; }, 100}};

struct Person {
    const char* name;
    const char* audience;
};
constexpr Person kPersons[] = {
    {"my daughter", "kids"}, {"my son", "kids"},     {"my niece", "kids"},   {"my nephew", "kids"},
    {"my wife", "women"},    {"my mother", "women"}, {"my sister", "women"}, {"my aunt", "women"},
    {"my husband", "men"},   {"my father", "men"},   {"my brother", "men"},  {"my uncle", "men"}};

}  // namespace

bool MakeFind(Random& random, const Stall& stall, Dialogue& out) {
    const Category& category = stall.SomeCategory(random);
    const Product* target = stall.Some(random, stall.Of(category), InStock);
    if (target == nullptr) return false;
    out.wish = Wish{.category = &category};
    WishFor(random, *target, static_cast<size_t>(random.Between(1, 2)), out.wish);
    if (out.wish.Adjectives().empty() && out.wish.Ending().empty()) return false;
    SetTheScene(random, stall, *target, out);
    out.search = out.wish.One();
    out.question = random.Chance(75) ? Say(random.Pick(kFindQuestions), out.wish.One())
                                     : Say(random.Pick(kManyQuestions), out.wish.Many());
    if (out.products.size() == 1) {
        AnswerOne(random, out);
    } else {
        AnswerTwo(out);
    }
    return true;
}

bool MakePriceFilter(Random& random, const Stall& stall, Dialogue& out) {
    const Category& category = stall.SomeCategory(random);
    const Product* target = stall.Some(random, stall.Of(category), InStock);
    if (target == nullptr) return false;
    out.wish = Wish{.category = &category};
    if (random.Chance(40)) WishFor(random, *target, 1, out.wish);
    if (random.Chance(85)) {
        out.wish.below_cents = LimitAbove(random, target->cents);
    } else {
        out.wish.above_cents = LimitBelow(random, target->cents);
    }
    if (out.wish.below_cents == 0 && out.wish.above_cents == 0) return false;
    SetTheScene(random, stall, *target, out);
    if (out.context.size() < 3) return false;
    out.search = out.wish.One();
    out.question = PriceQuestion(random, out.wish);
    if (out.products.size() == 1) {
        AnswerOne(random, out);
    } else {
        AnswerTwo(out);
    }
    return true;
}

bool MakeSuperlative(Random& random, const Stall& stall, Dialogue& out) {
    const Category& category = stall.SomeCategory(random);
    const Most& most = random.Pick(kMosts);
    const auto count = static_cast<size_t>(random.Between(3, 4));
    Shelf shelf = stall.SomeOf(random, stall.Of(category), count, InStock, {});
    // Ties by id: the same order by every library's sort.
    std::ranges::sort(shelf, {}, [&most](const Product* p) {
        return std::pair(most.key(*p), std::string_view(p->id));
    });
    if (shelf.size() < 3 || most.key(*shelf[1]) - most.key(*shelf[0]) < most.gap) return false;
    out.products = {shelf[0]};
    out.context = shelf;
    random.Shuffle(out.context);
    static constexpr const char* kAsk[] = {"What is your {0} {1}?", "Which of your {2} is the {0}?",
                                           "Show me the {0} {1} you have.", "I want the {0} {1}."};
    const bool pair = category.counting == Counting::kPair;
    const std::string kind = pair ? "pair of " + Many(category, "") : std::string(category.name);
    out.question = fmt::format(fmt::runtime(random.Pick(kAsk)), most.word, kind, category.plural);
    out.answer = fmt::format("The {} is the {}", most.word, Cite(out, *shelf[0]));
    if (*most.attribute != '\0') out.answer += ": " + State(out, *shelf[0], most.attribute);
    out.answer += ".";
    return true;
}

bool MakeRecommend(Random& random, const Stall& stall, Dialogue& out) {
    const Category& category = stall.SomeCategory(random);
    out.wish = Wish{.category = &category};
    const Person& person = random.Pick(kPersons);
    if (category.for_people) out.wish.audience = person.audience;
    const auto fits = [&](const Product& p) { return out.wish.Matches(p) && InStock(p); };
    const Product* target = stall.Some(random, stall.Of(category), fits);
    if (target == nullptr) return false;
    out.wish.use = target->use;
    SetTheScene(random, stall, *target, out);
    if (out.products.size() > 1) return false;
    const std::string one = One(category, "");
    static constexpr const char* kGift[] = {
        "I need a gift for {0}: {1} for {2}.",
        "What would you recommend for {0}, who wants {1} for {2}?",
        "I am looking for {1} for {0}, for {2}.", "Can you recommend {1} for {0}? It is for {2}."};
    static constexpr const char* kAdvice[] = {"Can you recommend {1} for {2}?",
                                              "Which {3} would you recommend for {2}?",
                                              "I want {1} for {2}. What do you suggest?"};
    const char* pattern = category.for_people ? random.Pick(kGift) : random.Pick(kAdvice);
    out.question =
        fmt::format(fmt::runtime(pattern), person.name, one, target->use, Many(category, ""));
    out.search = out.wish.One();
    const std::string cited = Cite(out, *target);
    std::string made =
        category.for_people ? "made for " + State(out, *target, "audience") + ", " : "";
    made += "good for " + State(out, *target, "use");
    out.answer = fmt::format("I recommend the {}: it is {}.", cited, made);
    return true;
}

}  // namespace argosy::lifecycle::shop::internal
