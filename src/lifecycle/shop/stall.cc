#include "lifecycle/shop/stall.h"

#include <algorithm>

namespace argosy::lifecycle::shop {

Stall::Stall(const Catalogue& catalogue, bool eval, const std::set<std::string>& without)
    : eval_(eval), names_(without) {
    for (const Category& category : Categories()) shelves_[category.name];
    for (const Product& product : catalogue.products()) {
        names_.insert(product.name);
        if (product.eval != eval || without.contains(product.name)) continue;
        all_.push_back(&product);
        shelves_[FindCategory(product.category)->name].push_back(&product);
    }
    for (const Category& category : Categories()) {
        if (Of(category).size() >= 5) stocked_.push_back(&category);
    }
}

const Product* Stall::Some(Random& random, const Shelf& shelf, const Test& test) const {
    for (int tries = 0; tries < 40 && !shelf.empty(); ++tries) {
        const Product* product = random.Pick(shelf);
        if (test(*product)) return product;
    }
    return nullptr;
}

Shelf Stall::SomeOf(Random& random, const Shelf& shelf, size_t count, const Test& test,
                    const Shelf& without) const {
    Shelf passing;
    for (const Product* product : shelf) {
        const bool new_one = std::ranges::find(without, product) == without.end();
        if (new_one && test(*product)) passing.push_back(product);
    }
    random.Shuffle(passing);
    if (passing.size() > count) passing.resize(count);
    return passing;
}

}  // namespace argosy::lifecycle::shop
