#include "lifecycle/shop/dialogue.h"

#include <fmt/format.h>

#include <algorithm>

namespace argosy::lifecycle::shop {

namespace {

using namespace internal;

struct Kind {
    const char* name;
    int share;  // of a hundred
    bool (*make)(Random&, const Stall&, Dialogue&);
};

constexpr Kind kKinds[] = {{"find", 14, MakeFind},
                           {"filter", 16, MakePriceFilter},
                           {"superlative", 6, MakeSuperlative},
                           {"recommend", 9, MakeRecommend},
                           {"attribute", 15, MakeAttribute},
                           {"follow_up", 9, MakeFollowUp},
                           {"cheaper", 3, MakeCheaper},
                           {"compare", 8, MakeCompare},
                           {"out_of_stock", 6, MakeOutOfStock},
                           {"not_in_catalogue", 8, MakeNotFound},
                           {"greeting", 3, MakeSmallTalk},
                           {"off_topic", 3, MakeOffTopic}};

constexpr int kLookups = 8;  // questions of a LookupRow

constexpr const char* kSystem =
    "You are the assistant of a shop. Answer from the products listed and cite them like [1].";

const Kind& PickKind(Random& random) {
    int draw = random.Between(1, 100);
    for (const Kind& kind : kKinds) {
        draw -= kind.share;
        if (draw <= 0) return kind;
    }
    return kKinds[0];
}

// The first letter small, unless its word is "I".
std::string Small(std::string text) {
    if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z') {
        text[0] = static_cast<char>(text[0] | 0x20);
    }
    return text;
}

// People write in a hurry, and politely.
std::string Spoken(Random& random, std::string question) {
    const int mood = random.Between(1, 100);
    if (mood <= 8) return "Hi, " + Small(std::move(question));
    if (mood <= 12) return "Hello! " + question;
    if (mood <= 16) return question + " Thanks!";
    if (mood <= 24 && (question.ends_with('?') || question.ends_with('.'))) {
        question.pop_back();
        return Small(std::move(question));
    }
    return question;
}

json::object Message(const char* role, const std::string& content) {
    return {{"role", role}, {"content", content}};
}

// The question first: reading a product, a small model then knows already what is asked of it.
std::string Asked(const Dialogue& dialogue) {
    if (dialogue.context.empty()) return dialogue.question;
    return "Question: " + dialogue.question + "\n\n" + ContextText(dialogue.context);
}

json::array Ids(const Shelf& products) {
    json::array ids;
    for (const Product* product : products) ids.emplace_back(product->id);
    return ids;
}

// What a search over the stall's products ought to find.
Shelf Relevant(const Dialogue& dialogue, const Stall& stall) {
    if (dialogue.search.empty() || dialogue.none) return {};
    if (dialogue.wish.category == nullptr) return dialogue.products;
    Shelf found;
    for (const Product* product : stall.all()) {
        if (dialogue.wish.Matches(*product)) found.push_back(product);
    }
    return found;
}

json::object Truth(const Dialogue& dialogue, const Stall& stall) {
    json::array facts;
    for (const Fact& fact : dialogue.facts) {
        facts.push_back(json::object{
            {"product", fact.product->id}, {"attribute", fact.attribute}, {"value", fact.value}});
    }
    return {{"kind", dialogue.kind},
            {"context", Ids(dialogue.context)},
            {"products", Ids(dialogue.products)},
            {"none", dialogue.none},
            {"facts", std::move(facts)},
            {"search", dialogue.search},
            {"relevant", Ids(Relevant(dialogue, stall))}};
}

}  // namespace

Dialogue MakeDialogue(Random& random, const Stall& stall) {
    const Kind& kind = PickKind(random);
    while (true) {
        Dialogue dialogue;
        dialogue.kind = kind.name;
        if (!kind.make(random, stall, dialogue)) continue;
        // A greeting needs no second one.
        if (dialogue.kind != "greeting") {
            dialogue.question = Spoken(random, std::move(dialogue.question));
        }
        return dialogue;
    }
}

json::object LookupRow(Random& random, const Stall& stall) {
    Dialogue dialogue;
    while (!MakeAttribute(random, stall, dialogue)) dialogue = {};
    json::array messages{Message("system", kSystem)};
    std::string asked = Asked(dialogue);
    for (int turn = 0; turn < kLookups; ++turn) {
        messages.push_back(Message("user", asked));
        messages.push_back(Message("assistant", dialogue.answer));
        while (!AskAttribute(random, *random.Pick(dialogue.context), dialogue)) {
        }
        asked = dialogue.question;
    }
    return {{"messages", std::move(messages)}};
}

json::object DialogueRow(const Dialogue& dialogue, const Stall& stall, bool with_truth) {
    json::array messages{Message("system", kSystem)};
    for (const auto& [question, answer] : dialogue.history) {
        messages.push_back(Message("user", question));
        json::object earlier = Message("assistant", answer);
        earlier["weight"] = 0;
        messages.push_back(std::move(earlier));
    }
    messages.push_back(Message("user", Asked(dialogue)));
    messages.push_back(Message("assistant", dialogue.answer));
    json::object row{{"messages", std::move(messages)}};
    if (with_truth) row["truth"] = Truth(dialogue, stall);
    return row;
}

namespace internal {

std::string Cite(Dialogue& dialogue, const Product& product) {
    const auto at = std::ranges::find(dialogue.context, &product);
    ARGOSY_CHECK(at != dialogue.context.end());
    return fmt::format("{} [{}] ({})", product.name, at - dialogue.context.begin() + 1,
                       State(dialogue, product, "price"));
}

std::string ValueOf(const Product& product, std::string_view attribute) {
    if (attribute == "price") return PriceText(product.cents);
    if (attribute == "colour") return product.colour;
    if (attribute == "material") return product.material;
    if (attribute == "size") return product.size;
    if (attribute == "waterproof") return product.waterproof;
    if (attribute == "weight") return WeightText(product.grams);
    if (attribute == "audience") return product.audience;
    if (attribute == "use") return product.use;
    if (attribute == "rating") return RatingText(product);
    if (attribute == "stock") return StockText(product);
    const bool is_known_attribute = false;
    ARGOSY_CHECK(is_known_attribute);
    return {};
}

std::string State(Dialogue& dialogue, const Product& product, const std::string& attribute) {
    std::string value = ValueOf(product, attribute);
    dialogue.facts.push_back({&product, attribute, value});
    return value;
}

void FillContext(Random& random, const Stall& stall, const Category& category, size_t size,
                 const Test& test, Dialogue& out) {
    out.context = out.products;
    const size_t others = size > out.context.size() ? size - out.context.size() : 0;
    const size_t strangers = others > 1 && random.Chance(30) ? 1 : 0;
    for (const Product* product :
         stall.SomeOf(random, stall.Of(category), others - strangers, test, out.context)) {
        out.context.push_back(product);
    }
    const auto stranger = [&category](const Product& p) { return p.category != category.name; };
    for (const Product* product :
         stall.SomeOf(random, stall.all(), strangers, stranger, out.context)) {
        out.context.push_back(product);
    }
    random.Shuffle(out.context);
}

}  // namespace internal
}  // namespace argosy::lifecycle::shop
