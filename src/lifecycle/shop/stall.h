// The products of one side of the split, for questions to be made about: those of training never
// meet those of evaluation.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lifecycle/shop/catalogue.h"
#include "lifecycle/shop/category.h"
#include "lifecycle/shop/random.h"

namespace argosy::lifecycle::shop {

using Shelf = std::vector<const Product*>;
using Test = std::function<bool(const Product&)>;

inline bool Holds(const Shelf& shelf, const Product* product) {
    return std::ranges::find(shelf, product) != shelf.end();
}

/// Thread-safe once made. The catalogue outlives it.
class Stall {
  public:
    /// Without products of a name in `without`.
    Stall(const Catalogue& catalogue, bool eval, const std::set<std::string>& without = {});

    bool eval() const { return eval_; }
    const Shelf& all() const { return all_; }
    const Shelf& Of(const Category& category) const { return shelves_.at(category.name); }
    /// A category with at least five products here.
    const Category& SomeCategory(Random& random) const { return *random.Pick(stocked_); }
    /// Any product that passes the test, or nullptr after some tries.
    const Product* Some(Random& random, const Shelf& shelf, const Test& test) const;
    /// Up to `count` different products of the shelf that pass, none of them in `without`.
    Shelf SomeOf(Random& random, const Shelf& shelf, size_t count, const Test& test,
                 const Shelf& without) const;
    /// Whether any product of the whole catalogue, of both sides, has the name, or it was left out.
    bool IsName(const std::string& name) const { return names_.contains(name); }

  private:
    bool eval_;
    Shelf all_;
    std::map<std::string_view, Shelf> shelves_;
    std::vector<const Category*> stocked_;
    std::set<std::string> names_;
};

}  // namespace argosy::lifecycle::shop
