#include "cli/shop_search.h"

#include <stdlib.h>

#include <filesystem>
#include <map>
#include <memory>

#include "assistant/chain/standalone.h"
#include "retrieval/search/knowledge_search.h"
#include "retrieval/store/embedded_store.h"

namespace argosy::cli {

namespace {

using lifecycle::shop::Product;
using lifecycle::shop::Shown;
using lifecycle::shop::Stall;
using lifecycle::shop::Turns;

constexpr const char* kCollection = "catalog";
constexpr size_t kShown = 4;

// As examples/shop/app.yaml declares them.
retrieval::SearchSettings ShopSettings() {
    retrieval::SearchSettings settings;
    settings.fields = {
        {.name = "price_cents", .words = {"price", "cost", "dollars", "budget"}, .scale = 100},
        {.name = "rating_tenths", .words = {"rating", "stars", "rated"}, .scale = 10},
        {.name = "weight_g", .words = {"weight", "grams"}},
        {.name = "colour", .words = {"color"}},
        {.name = "material"},
        {.name = "category"},
        {.name = "use"},
        {.name = "audience",
         .synonyms = {{"kids", {"daughter", "son", "niece", "nephew", "child", "children"}},
                      {"women", {"wife", "mother", "sister", "aunt", "girlfriend"}},
                      {"men", {"husband", "father", "brother", "uncle", "boyfriend"}}}},
        {.name = "waterproof"}};
    settings.kind_field = "category";
    settings.preferred.must.push_back({"stock", retrieval::Range{.gt = 0}});
    return settings;
}

retrieval::StoredDocument DocumentOf(const Product& product) {
    json::object metadata{
        {"title", product.name},          {"category", product.category}, {"use", product.use},
        {"price_cents", product.cents},   {"weight_g", product.grams},    {"stock", product.stock},
        {"rating_tenths", product.rating}};
    const std::pair<const char*, const std::string*> words[] = {
        {"colour", &product.colour},
        {"material", &product.material},
        {"size", &product.size},
        {"audience", &product.audience},
        {"waterproof", &product.waterproof}};
    for (const auto& [name, value] : words) {
        if (!value->empty()) metadata[name] = *value;
    }
    retrieval::Chunk chunk{.id = product.id + "#0",
                           .document_id = product.id,
                           .text = lifecycle::shop::PassageText(product),
                           .metadata = std::move(metadata)};
    return {product.id, "", {{std::move(chunk), {}}}};
}

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "argosy_shop_XXXXXX").string();
        const bool made = mkdtemp(name.data()) != nullptr;
        ARGOSY_CHECK(made);
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

class ShopSearch {
  public:
    static Result<std::shared_ptr<ShopSearch>> Open(const Stall& stall) {
        auto search = std::make_shared<ShopSearch>();
        ARGOSY_TRY(std::shared_ptr<retrieval::Store> store,
                   retrieval::EmbeddedStore::Open(search->folder_.path()));
        ARGOSY_CHECK_OK(store->CreateCollection({.name = kCollection}));
        std::vector<retrieval::StoredDocument> documents;
        for (const Product* product : stall.all()) {
            documents.push_back(DocumentOf(*product));
            search->products_[product->id] = product;
        }
        ARGOSY_CHECK_OK(store->Upsert(kCollection, documents));
        search->search_ = std::make_unique<retrieval::KnowledgeSearch>(
            ShopSettings(), std::move(store), kCollection, nullptr, nullptr);
        return search;
    }

    Shown Show(const Turns& history, const std::string& question) const {
        std::vector<assistant::StoredMessage> messages;
        for (const auto& [asked, answered] : history) {
            messages.push_back({"user", asked, {}, {}});
            messages.push_back({"assistant", answered, {}, {}});
        }
        const auto standalone = assistant::ResolveQuestion(question, messages);
        const auto found = OrThrow(search_->Search(standalone.question, kShown));
        Shown shown{.products = {}, .missing = found.missing};
        for (const retrieval::SearchHit& hit : found.hits) {
            shown.products.push_back(products_.at(hit.chunk.document_id));
        }
        return shown;
    }

  private:
    TemporaryFolder folder_;  // outlives the store
    std::unique_ptr<retrieval::KnowledgeSearch> search_;
    std::map<std::string, const Product*> products_;
};

}  // namespace

Result<lifecycle::shop::ShowProducts> OpenShopSearch(const Stall& stall) {
    ARGOSY_TRY(auto search, ShopSearch::Open(stall));
    return [search](const Turns& history, const std::string& question) {
        return search->Show(history, question);
    };
}

}  // namespace argosy::cli
