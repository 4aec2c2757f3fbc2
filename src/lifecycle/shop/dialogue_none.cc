// Questions that no product answers: goods that the shop has not, greetings, other subjects.
#include <fmt/format.h>

#include "lifecycle/shop/dialogue.h"
#include "lifecycle/shop/product_words.h"
#include "lifecycle/shop/small_talk.h"

namespace argosy::lifecycle::shop::internal {

namespace {

bool Anything(const Product&) { return true; }

// Retrieval always finds something, however far it is.
void FillWithAnything(Random& random, const Stall& stall, Dialogue& out) {
    const auto size = static_cast<size_t>(random.Between(2, 4));
    out.context = stall.SomeOf(random, stall.all(), size, Anything, {});
}

std::string Sorry(Random& random, const std::string& what) {
    static constexpr const char* kSorry[] = {"Sorry, I could not find {} in our shop.",
                                             "I am sorry, we do not have {}."};
    return fmt::format(fmt::runtime(random.Pick(kSorry)), what);
}

// Goods of a kind that the shop does not sell.
bool NotSold(Random& random, const Stall& stall, Dialogue& out) {
    std::string goods(random.Pick(UnsoldGoods(stall.eval())));
    if (!stall.eval() && random.Chance(60)) {  // words never met before are no goods of ours either
        goods = "a " + WildWord(random);
        if (random.Chance(50)) goods += " " + WildWord(random);
    }
    FillWithAnything(random, stall, out);
    static constexpr const char* kAsk[] = {"Do you sell {}?", "I am looking for {}.",
                                           "Where can I find {}?", "Do you have {}?", "I need {}."};
    out.question = fmt::format(fmt::runtime(random.Pick(kAsk)), goods);
    out.answer = Sorry(random, goods);
    return true;
}

// A kind that the shop sells, but none like that is listed.
bool NoneLikeThat(Random& random, const Stall& stall, Dialogue& out) {
    const Category& category = stall.SomeCategory(random);
    Wish wish{.category = &category};
    if (category.coloured && random.Chance(60)) wish.colour = random.Pick(Colours());
    if (wish.colour.empty()) wish.material = random.Pick(category.materials);
    if (random.Chance(25)) wish.use = random.Pick(category.uses);
    if (random.Chance(30)) wish.below_cents = 100 * (category.min_dollars + random.Between(2, 20));
    const auto other = [&wish](const Product& p) {
        return !wish.Matches(p) && !wish.IsMatterOfTaste(p);
    };
    const auto size = static_cast<size_t>(random.Between(3, 5));
    FillContext(random, stall, category, size, other, out);
    if (out.context.size() < 3) return false;
    static constexpr const char* kAsk[] = {"Do you have {}?", "I am looking for {}.",
                                           "Is there {} in your shop?", "I need {}."};
    out.question = fmt::format(fmt::runtime(random.Pick(kAsk)), wish.One());
    out.search = wish.One();
    // One asks for some tea, and there is not any.
    std::string missing = wish.One();
    if (missing.starts_with("some ")) missing.replace(0, 4, "any");
    out.answer = Sorry(random, missing);
    return true;
}

// A product by a name that none has; its neighbours share words with it.
bool NoSuchName(Random& random, const Stall& stall, Dialogue& out) {
    const Category& category = stall.SomeCategory(random);
    std::string name = FirstWord(random, stall.eval());
    name.append(" ").append(random.Pick(category.styles));
    name.append(" ").append(random.Pick(category.nouns));
    if (stall.IsName(name)) return false;
    const auto size = static_cast<size_t>(random.Between(3, 5));
    FillContext(random, stall, category, size, Anything, out);
    static constexpr const char* kAsk[] = {"How much is the {}?", "Is the {} in stock?",
                                           "Tell me about the {}.", "I want to buy the {}.",
                                           "What colour is the {}?"};
    out.question = fmt::format(fmt::runtime(random.Pick(kAsk)), name);
    out.search = out.question;
    out.answer = Sorry(random, "the " + name);
    return true;
}

}  // namespace

bool MakeNotFound(Random& random, const Stall& stall, Dialogue& out) {
    out.none = true;
    const int draw = random.Between(1, 100);
    if (draw <= 30) return NotSold(random, stall, out);
    if (draw <= 70) return NoneLikeThat(random, stall, out);
    return NoSuchName(random, stall, out);
}

bool MakeSmallTalk(Random& random, const Stall& stall, Dialogue& out) {
    if (random.Chance(60)) FillWithAnything(random, stall, out);
    const SmallTalk& talk = random.Pick(SmallTalks());
    out.question = random.Pick(talk.said);
    out.answer = talk.answer;
    return true;
}

bool MakeOffTopic(Random& random, const Stall& stall, Dialogue& out) {
    if (random.Chance(80)) FillWithAnything(random, stall, out);
    out.none = true;
    out.question = random.Pick(OffTopicQuestions(stall.eval()));
    out.answer = kOffTopicAnswer;
    return true;
}

}  // namespace argosy::lifecycle::shop::internal
