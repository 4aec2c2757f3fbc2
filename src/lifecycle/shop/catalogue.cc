#include "lifecycle/shop/catalogue.h"

#include <algorithm>
#include <set>

#include "lifecycle/shop/category.h"
#include "lifecycle/shop/product_words.h"
#include "lifecycle/shop/random.h"

namespace argosy::lifecycle::shop {

namespace {

// More of the cheap and light: the smaller of two draws.
int Skewed(Random& random, int low, int high) {
    const int a = random.Between(low, high);
    const int b = random.Between(low, high);
    return std::min(a, b);
}

int MakeCents(Random& random, const Category& category) {
    const int dollars = Skewed(random, category.min_dollars, category.max_dollars);
    if (dollars >= 100) return dollars / 5 * 5 * 100 + (random.Chance(50) ? 0 : 400);
    if (dollars >= 40 || random.Chance(50)) return dollars * 100;
    return dollars * 100 + (random.Chance(50) ? 50 : 95);
}

int MakeGrams(Random& random, const Category& category) {
    const int grams = Skewed(random, category.min_grams, category.max_grams);
    return grams < 1000 ? grams / 10 * 10 : grams / 100 * 100;
}

std::string Maybe(Random& random, const Words& words) {
    return words.empty() ? "" : std::string(random.Pick(words));
}

std::string NewName(Random& random, const Category& category, bool eval,
                    std::set<std::string>& taken) {
    while (true) {
        std::string name = FirstWord(random, eval);
        name.append(" ").append(random.Pick(category.styles));
        name.append(" ").append(random.Pick(category.nouns));
        if (taken.insert(name).second) return name;
    }
}

Product MakeProduct(uint64_t seed, size_t index, std::set<std::string>& taken) {
    Random random(seed, "product", index);
    const Category& category = Categories()[index % Categories().size()];
    Product product;
    product.id = fmt::format("P{:04}", index + 1);
    product.category = category.name;
    product.eval = random.Chance(20);
    product.name = NewName(random, category, product.eval, taken);
    if (category.coloured) product.colour = random.Pick(Colours());
    product.material = Maybe(random, category.materials);
    product.size = Maybe(random, category.sizes);
    if (category.for_people) product.audience = random.Pick(Audiences());
    product.use = random.Pick(category.uses);
    if (category.waterproof_percent > 0) {
        product.waterproof =
            random.Chance(category.waterproof_percent) ? "waterproof" : "not waterproof";
    }
    product.cents = MakeCents(random, category);
    product.grams = MakeGrams(random, category);
    product.stock = random.Chance(12) ? 0 : random.Between(1, 60);
    product.rating = 50 - Skewed(random, 0, 22);
    product.review_count = Skewed(random, 3, 400);
    product.description = MakeDescription(random, product);
    product.reviews = MakeReviews(random, product);
    return product;
}

}  // namespace

Catalogue Catalogue::Make(uint64_t seed, size_t count) {
    Catalogue catalogue;
    std::set<std::string> taken;
    for (size_t i = 0; i < count; ++i) {
        catalogue.products_.push_back(MakeProduct(seed, i, taken));
    }
    catalogue.Index();
    return catalogue;
}

void Catalogue::Index() {
    for (size_t i = 0; i < products_.size(); ++i) by_id_[products_[i].id] = i;
}

const Product* Catalogue::Find(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &products_[found->second];
}

}  // namespace argosy::lifecycle::shop
