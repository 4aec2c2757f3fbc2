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

Result<void> AddVectors(const retrieval::Embedder& embedder,
                        std::vector<retrieval::StoredDocument>& documents) {
    std::vector<std::string> texts;
    for (const auto& document : documents) texts.push_back(document.chunks[0].chunk.text);
    ARGOSY_TRY(auto vectors, embedder.Embed(texts, retrieval::TextRole::kPassage));
    for (size_t i = 0; i < documents.size(); ++i) {
        documents[i].chunks[0].vector = std::move(vectors[i]);
    }
    return {};
}

}  // namespace

retrieval::SearchSettings ShopSettings() {
    retrieval::SearchSettings settings;
    settings.fields = {
        {.name = "price_cents", .words = {"price", "cost"}, .scale = 100},
        {.name = "rating_tenths", .words = {"rating", "rated"}, .scale = 10},
        {.name = "weight_g", .words = {"weight"}},
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

struct ShopSearch::Parts {
    TemporaryFolder folder;  // outlives the store
    std::shared_ptr<const retrieval::Embedder> embedder;
    std::shared_ptr<retrieval::Store> store;
    std::unique_ptr<retrieval::KnowledgeSearch> search;
    std::map<std::string, const Product*> products;
};

ShopSearch::ShopSearch(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ShopSearch::~ShopSearch() = default;

Result<std::shared_ptr<const ShopSearch>> ShopSearch::Open(
    const Stall& stall, std::shared_ptr<const retrieval::Embedder> embedder) {
    auto parts = std::make_unique<Parts>();
    ARGOSY_TRY(parts->store, retrieval::EmbeddedStore::Open(parts->folder.path()));
    const size_t dimensions = embedder ? embedder->dimensions() : 0;
    ARGOSY_CHECK_OK(
        parts->store->CreateCollection({.name = kCollection, .dimensions = dimensions}));
    std::vector<retrieval::StoredDocument> documents;
    for (const Product* product : stall.all()) {
        documents.push_back(DocumentOf(*product));
        parts->products[product->id] = product;
    }
    if (embedder) ARGOSY_CHECK_OK(AddVectors(*embedder, documents));
    ARGOSY_CHECK_OK(parts->store->Upsert(kCollection, documents));
    parts->search = std::make_unique<retrieval::KnowledgeSearch>(ShopSettings(), parts->store,
                                                                 kCollection, embedder, nullptr);
    parts->embedder = std::move(embedder);
    return std::shared_ptr<const ShopSearch>(new ShopSearch(std::move(parts)));
}

Result<Shown> ShopSearch::Show(const Turns& history, const std::string& question) const {
    std::vector<assistant::StoredMessage> messages;
    for (const auto& [asked, answered] : history) {
        messages.push_back({"user", asked, {}, {}});
        messages.push_back({"assistant", answered, {}, {}});
    }
    const auto standalone = assistant::ResolveQuestion(question, messages);
    ARGOSY_TRY(const auto found, parts_->search->Search(standalone.question, kShown));
    Shown shown{.products = {}, .missing = found.missing};
    for (const retrieval::SearchHit& hit : found.hits) {
        shown.products.push_back(parts_->products.at(hit.chunk.document_id));
    }
    return shown;
}

Result<std::vector<std::string>> ShopSearch::Find(SearchWay way, const std::string& question,
                                                  size_t limit) const {
    std::vector<std::string> ids;
    std::vector<retrieval::SearchHit> hits;
    if (way == SearchWay::kWhole) {
        ARGOSY_TRY(auto found, parts_->search->Search(question, limit));
        hits = std::move(found.hits);
    } else {
        retrieval::SearchRequest request{.limit = limit};
        if (way != SearchWay::kDense) request.text = question;
        if (way != SearchWay::kLexical) {
            ARGOSY_CHECK(parts_->embedder != nullptr);
            const std::string texts[] = {question};
            ARGOSY_TRY(auto vectors, parts_->embedder->Embed(texts, retrieval::TextRole::kQuery));
            request.vector = std::move(vectors[0]);
        }
        ARGOSY_TRY(auto found, parts_->store->Search(kCollection, request));
        hits = std::move(found.hits);
    }
    for (const retrieval::SearchHit& hit : hits) ids.push_back(hit.chunk.document_id);
    return ids;
}

Result<lifecycle::shop::ShowProducts> OpenShopSearch(const Stall& stall) {
    ARGOSY_TRY(const auto search, ShopSearch::Open(stall));
    return [search](const Turns& history, const std::string& question) {
        return OrThrow(search->Show(history, question));
    };
}

}  // namespace argosy::cli
