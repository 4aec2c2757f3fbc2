#include "lifecycle/shop/wish.h"

namespace argosy::lifecycle::shop {

bool Wish::Matches(const Product& product) const {
    const auto fits = [](const std::string& wanted, const std::string& is) {
        return wanted.empty() || wanted == is;
    };
    return product.category == category->name && fits(colour, product.colour) &&
           fits(material, product.material) && fits(use, product.use) &&
           fits(audience, product.audience) &&
           (!waterproof || product.waterproof == "waterproof") &&
           (below_cents == 0 || product.cents < below_cents) && product.cents > above_cents;
}

bool Wish::IsMatterOfTaste(const Product& product) const {
    if (below_cents != 0 && product.cents == below_cents) return true;
    if (above_cents != 0 && product.cents == above_cents) return true;
    if (audience.empty() || product.audience != "everyone") return false;
    Wish open = *this;
    open.audience.clear();
    return !Matches(product) && open.Matches(product);
}

std::string Wish::Adjectives() const {
    std::string text;
    const auto add = [&text](const std::string& word) {
        if (!word.empty()) text += (text.empty() ? "" : " ") + word;
    };
    if (waterproof) add("waterproof");
    add(colour);
    add(material);
    return text;
}

std::string Wish::Ending() const {
    std::string text;
    if (!audience.empty()) text += " for " + audience;
    if (!use.empty()) text += " for " + use;
    if (below_cents != 0) text += " under " + PriceText(below_cents);
    if (above_cents != 0) text += " over " + PriceText(above_cents);
    return text;
}

}  // namespace argosy::lifecycle::shop
