#include "lifecycle/shop/make_shop.h"

#include <fstream>
#include <memory>
#include <set>

#include "base/json.h"
#include "lifecycle/shop/catalogue.h"
#include "lifecycle/shop/dialogue.h"
#include "lifecycle/shop/faq.h"
#include "lifecycle/shop/pairs.h"

namespace argosy::lifecycle::shop {

namespace {

constexpr size_t kLeastProducts = 400;

class Folder {
  public:
    explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}

    Result<void> Write(const std::string& name, const std::string& text, size_t rows) {
        const std::filesystem::path file = path_ / name;
        std::ofstream out(file, std::ios::binary);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        if (!out.flush()) {
            return At(file.string(), {ErrorCode::kPermissionDenied, "cannot be written", {}});
        }
        written_.push_back({name, rows, text.size()});
        return {};
    }
    /// `row(i)` for i from 0 to `count`, a line each.
    template <typename Row>
    Result<void> WriteRows(const std::string& name, size_t count, const Row& row) {
        std::string text;
        for (size_t i = 0; i < count; ++i) text += json::serialize(row(i)) + "\n";
        return Write(name, text, count);
    }
    std::vector<WrittenFile> Take() { return std::move(written_); }

  private:
    std::filesystem::path path_;
    std::vector<WrittenFile> written_;
};

json::object Passage(const Product& product) {
    return {{"id", product.id},
            {"text", PassageText(product)},
            {"split", product.eval ? "eval" : "train"}};
}

Result<void> WriteFaq(Folder& folder, uint64_t seed) {
    Random random(seed, "faq", 0);
    const auto train = FaqTrainRows(random);
    const auto eval = FaqEvalRows();
    ARGOSY_CHECK_OK(
        folder.WriteRows("faq-train.jsonl", train.size(), [&](size_t i) { return train[i]; }));
    ARGOSY_CHECK_OK(
        folder.WriteRows("faq-eval.jsonl", eval.size(), [&](size_t i) { return eval[i]; }));
    return folder.Write("faq.md", FaqMarkdown(), FaqFacts().size());
}

// Products to train on: those of the catalogue, and of others with the same categories. None has
// the name of a product for evaluation.
class TrainingStalls {
  public:
    TrainingStalls(const Catalogue& catalogue, const ShopOptions& options) {
        std::set<std::string> eval_names;
        for (const Product& product : catalogue.products()) {
            if (product.eval) eval_names.insert(product.name);
        }
        stalls_.emplace_back(catalogue, false);
        for (size_t i = 1; i < options.catalogues; ++i) {
            others_.push_back(std::make_unique<Catalogue>(
                Catalogue::Make(options.seed + i * kSeedStep, options.products)));
            stalls_.emplace_back(*others_.back(), false, eval_names);
        }
    }
    Result<void> OpenSearches(const OpenSearch& open) {
        for (const Stall& stall : stalls_) {
            ARGOSY_TRY(searches_.emplace_back(), open(stall));
        }
        return {};
    }
    const Stall& Of(size_t row) const { return stalls_[row % stalls_.size()]; }
    const ShowProducts& SearchOf(size_t row) const { return searches_[row % searches_.size()]; }

  private:
    static constexpr uint64_t kSeedStep = 0x51ed2701;
    std::vector<std::unique_ptr<Catalogue>> others_;
    std::vector<Stall> stalls_;
    std::vector<ShowProducts> searches_;
};

Result<void> WriteQuestions(Folder& folder, const Catalogue& catalogue, const ShopOptions& options,
                            const OpenSearch& open) {
    TrainingStalls train(catalogue, options);
    ARGOSY_CHECK_OK(train.OpenSearches(open));
    const Stall eval(catalogue, true);
    ARGOSY_TRY(const ShowProducts eval_search, open(eval));
    ARGOSY_CHECK_OK(folder.WriteRows("lookup.jsonl", options.lookups, [&](size_t i) {
        Random random(options.seed, "lookup", i);
        return LookupRow(random, train.Of(i));
    }));
    ARGOSY_CHECK_OK(folder.WriteRows("train.jsonl", options.questions, [&](size_t i) {
        Random random(options.seed, "question", i);
        return DialogueRow(MakeDialogue({random, train.Of(i), train.SearchOf(i)}, true), false);
    }));
    ARGOSY_CHECK_OK(folder.WriteRows("eval.jsonl", options.eval_questions, [&](size_t i) {
        Random random(options.seed, "evaluation", i);
        return DialogueRow(MakeDialogue({random, eval, eval_search}, false), true);
    }));
    return folder.WriteRows("pairs.jsonl", options.pairs, [&](size_t i) {
        Random random(options.seed, "pair", i);
        return MakePair(random, train.Of(i));
    });
}

}  // namespace

Result<std::vector<WrittenFile>> MakeShop(const std::filesystem::path& path,
                                          const ShopOptions& options, const OpenSearch& open) {
    if (options.products < kLeastProducts || options.products > 9999) {
        return Err(ErrorCode::kInvalidArgument,
                   "--products has to be from {} (so that each category has some to ask about) to "
                   "9999, but is {}",
                   kLeastProducts, options.products);
    }
    if (options.catalogues < 1 || options.catalogues > 100) {
        return Err(ErrorCode::kInvalidArgument, "--catalogues has to be from 1 to 100, but is {}",
                   options.catalogues);
    }
    std::error_code ec;
    std::filesystem::create_directories(path, ec);
    if (ec) return At(path.string(), {ErrorCode::kPermissionDenied, ec.message(), {}});
    Folder folder(path);
    const Catalogue catalogue = Catalogue::Make(options.seed, options.products);
    const auto& products = catalogue.products();
    ARGOSY_CHECK_OK(folder.Write("catalog.csv", catalogue.ToCsv(), products.size()));
    ARGOSY_CHECK_OK(folder.WriteRows("passages.jsonl", products.size(),
                                     [&](size_t i) { return Passage(products[i]); }));
    ARGOSY_CHECK_OK(WriteQuestions(folder, catalogue, options, open));
    ARGOSY_CHECK_OK(WriteFaq(folder, options.seed));
    return folder.Take();
}

}  // namespace argosy::lifecycle::shop
