// The tables of categories, by department. Private to Categories().
#pragma once

#include <vector>

#include "lifecycle/shop/category.h"

namespace argosy::lifecycle::shop::internal {

// Each row: name, plural, counting, nouns, styles, materials, uses, sizes, coloured, for people,
// waterproof %, dollars from and to, grams from and to.
std::vector<Category> Outdoors();
std::vector<Category> Home();
std::vector<Category> Pantry();
std::vector<Category> Leisure();

}  // namespace argosy::lifecycle::shop::internal
