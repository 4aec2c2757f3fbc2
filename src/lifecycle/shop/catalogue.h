// All products of the shop: made from a seed, written as catalog.csv, read from it again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "lifecycle/shop/product.h"

namespace argosy::lifecycle::shop {

/// Thread-safe once made.
class Catalogue {
  public:
    /// `count` products over all categories; a fifth of them is for evaluation only, with some
    /// words in their names that no other product has. At least 400, so that each category has
    /// some.
    static Catalogue Make(uint64_t seed, size_t count);
    /// From catalog.csv's text. kInvalidArgument names line and column.
    static Result<Catalogue> Read(std::istream& csv);
    static Result<Catalogue> Load(const std::filesystem::path& csv);

    const std::vector<Product>& products() const { return products_; }
    /// nullptr where there is none.
    const Product* Find(std::string_view id) const;
    std::string ToCsv() const;

  private:
    void Index();
    std::vector<Product> products_;
    std::map<std::string, size_t, std::less<>> by_id_;
};

}  // namespace argosy::lifecycle::shop
