// What a shopper looks for, as a condition that products meet or don't, and as words.
#pragma once

#include <string>

#include "lifecycle/shop/category.h"
#include "lifecycle/shop/product.h"

namespace argosy::lifecycle::shop {

struct Wish {
    const Category* category = nullptr;
    std::string colour{}, material{}, use{}, audience{};  // empty: any
    bool waterproof = false;
    int below_cents = 0, above_cents = 0;  // 0: any price

    bool Matches(const Product& product) const;
    /// Whether people could differ on it: made for everyone where it was asked for somebody. Such a
    /// product is kept out of the context of the question.
    bool IsMatterOfTaste(const Product& product) const;

    /// "waterproof blue nylon".
    std::string Adjectives() const;
    /// " for women", " for hiking", " under $100".
    std::string Ending() const;
    std::string One() const { return shop::One(*category, Adjectives()) + Ending(); }
    std::string Many() const { return shop::Many(*category, Adjectives()) + Ending(); }
};

}  // namespace argosy::lifecycle::shop
