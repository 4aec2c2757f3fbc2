// Products for a shopper: what the index finds for a profile, ranked by how well each fits, with a
// reason each. The ranking is a pure function of profile, history and passages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assistant/searcher.h"

namespace argosy::assistant {

struct ShopperProfile {
    std::optional<double> budget{};         // at most this for one product
    std::vector<std::string> categories{};  // wanted; none: any
    std::vector<std::string> likes{};       // values of attributes: "waterproof", "blue", "hiking"
    std::vector<std::string> dislikes{};    // never one of these
    std::vector<std::string> owned{};       // ids: never again
};

/// A product that the shopper looked at or asked about, the last one at the end.
struct ViewedProduct {
    std::string id;
    json::object metadata;
};

/// Which columns say what.
struct ProductFields {
    std::string category = "category";
    std::string price = "price_cents";
    double price_unit = 0.01;  // of one in the column: cents
    std::string stock = "stock";
    std::string rating = "rating_tenths";
    double rating_unit = 0.1;  // to stars, of 5
};

struct Recommendation {
    Passage product;
    double score = 0;
    std::vector<std::string> reasons;  // "waterproof, as you like", "$79, within your $80"
};

struct RecommendRequest {
    ShopperProfile profile;
    std::vector<ViewedProduct> viewed;
    size_t limit = 5;
    ProductFields fields;
};

/// Leaves out what is owned, disliked, sold out, above the budget or of another category; ranks the
/// rest by likes met, likeness to what was viewed, rating and the index's own order.
std::vector<Recommendation> RankProducts(const RecommendRequest& request,
                                         const std::vector<Passage>& found);

/// A search in words for the profile: "waterproof blue jacket under $80".
std::string QueryFor(const RecommendRequest& request);

/// Searches for the profile (each category once) and ranks. Errors: the index's.
Result<std::vector<Recommendation>> RecommendFrom(const Searcher& searcher,
                                                  const RecommendRequest& request);

}  // namespace argosy::assistant
