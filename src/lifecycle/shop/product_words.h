// Words of product names, descriptions and reviews.
#pragma once

#include <string>
#include <vector>

#include "lifecycle/shop/category.h"
#include "lifecycle/shop/product.h"
#include "lifecycle/shop/random.h"

namespace argosy::lifecycle::shop {

/// The first word of a name: a real word, or one made of syllables. Real words for evaluation come
/// from a list of their own; names for training are also of wild words, of which there are
/// millions, so that a model learns to copy what it reads rather than names.
std::string FirstWord(Random& random, bool eval);
/// One to three syllables as English might have them: "brostel", "quimp".
std::string WildWord(Random& random);
std::string MakeDescription(Random& random, const Product& product);
/// From one to three sentences of shoppers that fit the rating.
std::vector<std::string> MakeReviews(Random& random, const Product& product);

}  // namespace argosy::lifecycle::shop
