// Words of product names, descriptions and reviews.
#pragma once

#include <string>
#include <vector>

#include "lifecycle/shop/category.h"
#include "lifecycle/shop/product.h"
#include "lifecycle/shop/random.h"

namespace argosy::lifecycle::shop {

/// The first word of a name: a real word, or one made of syllables. Those for evaluation come from
/// a list of their own.
std::string FirstWord(Random& random, bool eval);
std::string MakeDescription(Random& random, const Product& product);
/// From one to three sentences of shoppers that fit the rating.
std::vector<std::string> MakeReviews(Random& random, const Product& product);

}  // namespace argosy::lifecycle::shop
