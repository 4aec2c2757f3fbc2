// One product, and how it is written: in a prompt's context, for the embedder, in an answer.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace argosy::lifecycle::shop {

struct Product {
    std::string id;    // "P0001"
    std::string name;  // "Alder Trail Parka"; no other product has it
    std::string category;
    std::string colour, material, size, audience, use;  // empty: the kind has none
    std::string waterproof;                             // "waterproof", "not waterproof" or empty
    int cents = 0;
    int grams = 0;
    int stock = 0;   // pieces
    int rating = 0;  // tenths of a star
    int review_count = 0;
    std::string description;
    std::vector<std::string> reviews;
    bool eval = false;  // only for evaluation: in no row of training
};

// The words for an attribute, the same in a context line and in an answer.
std::string PriceText(int cents);                // "$79", "$12.50"
std::string WeightText(int grams);               // "420 g", "1.4 kg"
std::string RatingText(const Product& product);  // "4.5 stars"
std::string StockText(const Product& product);   // "in stock", "out of stock"

/// "Alder Trail Parka [1] ($79) | jacket | blue | nylon | size M | waterproof | 420 g | for women |
/// hiking | 4.5 stars | in stock".
std::string ContextLine(const Product& product, size_t number);
/// "Products:" and a line each, from 1.
std::string ContextText(const std::vector<const Product*>& products);
/// A sentence and the description: what an embedder is given.
std::string PassageText(const Product& product);

}  // namespace argosy::lifecycle::shop
