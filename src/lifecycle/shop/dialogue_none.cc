// Questions that no product answers: goods that the shop has not, greetings, other subjects.
#include <fmt/format.h>

#include <algorithm>

#include "lifecycle/shop/dialogue.h"
#include "lifecycle/shop/product_words.h"
#include "lifecycle/shop/small_talk.h"

namespace argosy::lifecycle::shop::internal {

namespace {

constexpr int kTries = 40;

bool Anything(const Product&) { return true; }

// A search by meaning always finds something, however far it is.
void ShowAnything(const Scene& scene, Dialogue& out) {
    if (!out.context.empty()) return;
    const auto size = static_cast<size_t>(scene.random.Between(2, 4));
    out.context = scene.stall.SomeOf(scene.random, scene.stall.all(), size, Anything, {});
}

// Goods of a kind that the shop does not sell.
bool NotSold(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    std::string goods(random.Pick(UnsoldGoods(scene.stall.eval())));
    if (!scene.stall.eval() && random.Chance(60)) {  // words never met are no goods of ours either
        goods = "a " + WildWord(random);
        if (random.Chance(50)) goods += " " + WildWord(random);
    }
    static constexpr const char* kAsk[] = {"Do you sell {}?", "I am looking for {}.",
                                           "Where can I find {}?", "Do you have {}?", "I need {}."};
    Ask(scene, fmt::format(fmt::runtime(random.Pick(kAsk)), goods), out);
    if (random.Chance(70)) ShowAnything(scene, out);
    out.answer = Sorry(goods);
    return true;
}

// Of a kind that the shop sells, but none is like that.
Wish WishThatNothingMeets(const Scene& scene) {
    Random& random = scene.random;
    for (int i = 0; i < kTries; ++i) {
        const Category& category = scene.stall.SomeCategory(random);
        Wish wish{.category = &category};
        if (category.coloured && random.Chance(70)) wish.colour = random.Pick(Colours());
        if (wish.colour.empty() || random.Chance(60))
            wish.material = random.Pick(category.materials);
        if (random.Chance(40)) wish.use = random.Pick(category.uses);
        if (random.Chance(30)) {
            wish.below_cents = 100 * (category.min_dollars + random.Between(2, 20));
        }
        const auto fits = [&wish](const Product* p) {
            return wish.Matches(*p) || wish.IsMatterOfTaste(*p);
        };
        if (std::ranges::none_of(scene.stall.Of(category), fits)) return wish;
    }
    return {};
}

bool NoneLikeThat(const Scene& scene, Dialogue& out) {
    const Wish wish = WishThatNothingMeets(scene);
    if (wish.category == nullptr) return false;
    static constexpr const char* kAsk[] = {"Do you have {}?", "I am looking for {}.",
                                           "Is there {} in your shop?", "I need {}."};
    const std::string wanted = wish.One();
    Ask(scene, fmt::format(fmt::runtime(scene.random.Pick(kAsk)), wanted), out);
    // One asks for some tea, and there is not any.
    out.answer = Sorry(wanted.starts_with("some ") ? "any" + wanted.substr(4) : wanted);
    return true;
}

// A product by a name that none has; its neighbours share words with it.
bool NoSuchName(const Scene& scene, Dialogue& out) {
    Random& random = scene.random;
    const Category& category = scene.stall.SomeCategory(random);
    std::string name = FirstWord(random, scene.stall.eval());
    name.append(" ").append(random.Pick(category.styles));
    name.append(" ").append(random.Pick(category.nouns));
    if (scene.stall.IsName(name)) return false;
    static constexpr const char* kAsk[] = {"How much is the {}?", "Is the {} in stock?",
                                           "Tell me about the {}.", "I want to buy the {}.",
                                           "What colour is the {}?"};
    Ask(scene, fmt::format(fmt::runtime(random.Pick(kAsk)), name), out);
    out.answer = Sorry("the " + name);
    return true;
}

}  // namespace

bool MakeNotFound(const Scene& scene, Dialogue& out) {
    out.none = true;
    const int draw = scene.random.Between(1, 100);
    if (draw <= 30) return NotSold(scene, out);
    if (draw <= 70) return NoneLikeThat(scene, out);
    return NoSuchName(scene, out);
}

bool MakeSmallTalk(const Scene& scene, Dialogue& out) {
    const SmallTalk& talk = scene.random.Pick(SmallTalks());
    Ask(scene, std::string(scene.random.Pick(talk.said)), out);
    if (scene.random.Chance(50)) ShowAnything(scene, out);
    out.answer = talk.answer;
    return true;
}

bool MakeOffTopic(const Scene& scene, Dialogue& out) {
    out.none = true;
    Ask(scene, std::string(scene.random.Pick(OffTopicQuestions(scene.stall.eval()))), out);
    if (scene.random.Chance(60)) ShowAnything(scene, out);
    out.answer = kOffTopicAnswer;
    return true;
}

}  // namespace argosy::lifecycle::shop::internal
