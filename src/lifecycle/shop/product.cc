#include "lifecycle/shop/product.h"

#include <fmt/format.h>

namespace argosy::lifecycle::shop {

std::string PriceText(int cents) {
    if (cents % 100 == 0) return fmt::format("${}", cents / 100);
    return fmt::format("${}.{:02}", cents / 100, cents % 100);
}

std::string WeightText(int grams) {
    if (grams < 1000) return fmt::format("{} g", grams);
    if (grams % 1000 == 0) return fmt::format("{} kg", grams / 1000);
    return fmt::format("{}.{} kg", grams / 1000, grams % 1000 / 100);
}

std::string RatingText(const Product& product) {
    return fmt::format("{}.{} stars", product.rating / 10, product.rating % 10);
}

std::string StockText(const Product& product) {
    return product.stock > 0 ? "in stock" : "out of stock";
}

std::string ContextLine(const Product& product, size_t number) {
    std::string line = fmt::format("{} [{}] ({}) | {}", product.name, number,
                                   PriceText(product.cents), product.category);
    const auto add = [&line](const std::string& text) {
        if (!text.empty()) line += " | " + text;
    };
    add(product.colour);
    add(product.material);
    if (!product.size.empty()) add("size " + product.size);
    add(product.waterproof);
    add(WeightText(product.grams));
    if (!product.audience.empty()) add("for " + product.audience);
    add(product.use);
    add(RatingText(product));
    add(StockText(product));
    return line;
}

std::string ContextText(const std::vector<const Product*>& products) {
    std::string text = "Products:";
    for (size_t i = 0; i < products.size(); ++i) text += "\n" + ContextLine(*products[i], i + 1);
    return text;
}

std::string PassageText(const Product& product) {
    std::string text = product.name + ":";
    for (const std::string* word : {&product.colour, &product.material, &product.category}) {
        if (!word->empty()) text += " " + *word;
    }
    if (!product.size.empty()) text += ", size " + product.size;
    if (!product.waterproof.empty()) text += ", " + product.waterproof;
    if (!product.audience.empty()) text += ", for " + product.audience;
    text += ", for " + product.use;
    return text + fmt::format(", {}, {}. {}", WeightText(product.grams), PriceText(product.cents),
                              product.description);
}

}  // namespace argosy::lifecycle::shop
