#include "lifecycle/shop/dialogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace argosy::lifecycle::shop {

namespace {

using namespace internal;

struct Kind {
    const char* name;
    int share;  // of a hundred
    bool (*make)(const Scene&, Dialogue&);
};

constexpr Kind kKinds[] = {{"find", 14, MakeFind},
                           {"filter", 16, MakePriceFilter},
                           {"superlative", 6, MakeSuperlative},
                           {"recommend", 9, MakeRecommend},
                           {"attribute", 15, MakeAttribute},
                           {"follow_up", 9, MakeFollowUp},
                           {"cheaper", 3, MakeCheaper},
                           {"compare", 8, MakeCompare},
                           {"order", 6, MakeOrder},
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
    std::string text = "Question: " + dialogue.question + "\n";
    if (!dialogue.missing.empty()) {
        text += fmt::format("Not found: {}\n", fmt::join(dialogue.missing, ", "));
    }
    return text + "\n" + ContextText(dialogue.context);
}

json::array Ids(const Shelf& products) {
    json::array ids;
    for (const Product* product : products) ids.emplace_back(product->id);
    return ids;
}

json::object Truth(const Dialogue& dialogue) {
    json::array facts;
    for (const Fact& fact : dialogue.facts) {
        facts.push_back(json::object{
            {"product", fact.product->id}, {"attribute", fact.attribute}, {"value", fact.value}});
    }
    return {{"kind", dialogue.kind},        {"context", Ids(dialogue.context)},
            {"first", Ids(dialogue.first)}, {"also", Ids(dialogue.also)},
            {"all", dialogue.all},          {"none", dialogue.none},
            {"facts", std::move(facts)},    {"search", dialogue.search}};
}

// Some products of a category in any order, as no search would show them: what an attribute is to
// be looked up among.
void ShowSome(Random& random, const Stall& stall, const Product& product, Dialogue& out) {
    const auto anything = [](const Product&) { return true; };
    const auto others = static_cast<size_t>(random.Between(2, 4));
    const Shelf& shelf = stall.Of(*FindCategory(product.category));
    out.context = stall.SomeOf(random, shelf, others, anything, {&product});
    out.context.push_back(&product);
    random.Shuffle(out.context);
}

}  // namespace

Dialogue MakeDialogue(const Scene& scene, bool only_answerable) {
    const Kind& kind = PickKind(scene.random);
    while (true) {
        Dialogue dialogue;
        dialogue.kind = kind.name;
        if (!kind.make(scene, dialogue)) continue;
        if (dialogue.answerable) return dialogue;
        if (only_answerable) continue;
        // Nothing that the model can say is right then; it is still asked.
        dialogue.facts.clear();
        dialogue.answer = Sorry("that");
        return dialogue;
    }
}

json::object LookupRow(Random& random, const Stall& stall) {
    Dialogue dialogue;
    const Product& product = *random.Pick(stall.all());
    ShowSome(random, stall, product, dialogue);
    json::array messages{Message("system", kSystem)};
    for (int turn = 0; turn < kLookups; ++turn) {
        while (!AskAttribute(random, *random.Pick(dialogue.context), dialogue)) {
        }
        messages.push_back(Message("user", turn == 0 ? Asked(dialogue) : dialogue.question));
        messages.push_back(Message("assistant", dialogue.answer));
    }
    return {{"messages", std::move(messages)}};
}

json::object DialogueRow(const Dialogue& dialogue, bool with_truth) {
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
    if (with_truth) row["truth"] = Truth(dialogue);
    return row;
}

namespace internal {

void Ask(const Scene& scene, const std::string& question, Dialogue& out) {
    // A greeting needs no second one.
    out.question = out.kind == "greeting" ? question : Spoken(scene.random, question);
    Shown shown = scene.show(out.history, out.question);
    out.context = std::move(shown.products);
    out.missing = std::move(shown.missing);
}

bool IsShownFirst(const Product& product, const Dialogue& dialogue) {
    return !dialogue.context.empty() && dialogue.context[0] == &product;
}

std::string Sorry(const std::string& what) {
    return fmt::format("I am sorry, we do not have {}.", what);
}

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

}  // namespace internal
}  // namespace argosy::lifecycle::shop
