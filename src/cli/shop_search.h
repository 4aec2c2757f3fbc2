// The search of the made-up shop, as the example application runs it: what is shown to a shopper's
// question is what the assistant's chain would put before its model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "lifecycle/shop/dialogue.h"
#include "lifecycle/shop/stall.h"
#include "retrieval/embedder.h"
#include "retrieval/search/search_settings.h"

namespace argosy::cli {

/// How the shop is searched: as examples/shop/app.yaml declares it, which a test holds.
retrieval::SearchSettings ShopSettings();

enum class SearchWay {
    kLexical,  // BM25 alone
    kDense,    // vectors alone
    kFused,    // both, by reciprocal rank
    kWhole,    // with what the question names, its filters and its order
};

/// Thread-safe. Indexes the stall's products in a temporary folder, which goes with it.
class ShopSearch {
  public:
    /// `embedder` may be null: no dense search. The stall outlives the search. Errors: the store's
    /// and the embedder's.
    static Result<std::shared_ptr<const ShopSearch>> Open(
        const lifecycle::shop::Stall& stall,
        std::shared_ptr<const retrieval::Embedder> embedder = nullptr);
    ~ShopSearch();

    /// What the assistant's chain puts before its model.
    Result<lifecycle::shop::Shown> Show(const lifecycle::shop::Turns& history,
                                        const std::string& question) const;
    /// Ids of products, best first; the question stands alone.
    Result<std::vector<std::string>> Find(SearchWay way, const std::string& question,
                                          size_t limit) const;

  private:
    struct Parts;
    explicit ShopSearch(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

/// For MakeShop: lexical, as the training data has it.
Result<lifecycle::shop::ShowProducts> OpenShopSearch(const lifecycle::shop::Stall& stall);

}  // namespace argosy::cli
