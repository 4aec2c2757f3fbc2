#include "cli/shop_retrieval.h"

#include <algorithm>

#include "base/json_lines.h"
#include "cli/shop_search.h"
#include "lifecycle/shop/catalogue.h"
#include "lifecycle/shop/score.h"

namespace argosy::cli {

namespace {

using lifecycle::shop::Truth;

constexpr size_t kDepth = 10;

struct Way {
    const char* name;
    SearchWay way;
    bool needs_vectors;
};
constexpr Way kWays[] = {{"lexical", SearchWay::kLexical, false},
                         {"dense", SearchWay::kDense, true},
                         {"fused", SearchWay::kFused, true},
                         {"whole search", SearchWay::kWhole, false}};

Result<std::vector<Truth>> ReadTruths(const std::filesystem::path& file) {
    std::vector<Truth> truths;
    const auto add = [&truths](const json::value& row) -> Result<void> {
        const json::value* truth =
            row.is_object() ? row.get_object().if_contains("truth") : nullptr;
        if (truth == nullptr) return Err(ErrorCode::kInvalidArgument, "the row has no \"truth\"");
        ARGOSY_TRY(Truth parsed, Truth::Parse(*truth));
        if (!parsed.search.empty() && !parsed.first.empty()) truths.push_back(std::move(parsed));
        return {};
    };
    ARGOSY_CHECK_OK(ForEachJsonLine(file, add));
    return truths;
}

// The place, from 0, of the first hit that answers; hits.size() where none does.
size_t RankOf(const std::vector<std::string>& hits, const std::vector<std::string>& answers) {
    const auto answers_it = [&answers](const std::string& id) {
        return std::ranges::find(answers, id) != answers.end();
    };
    return static_cast<size_t>(std::ranges::find_if(hits, answers_it) - hits.begin());
}

void Count(size_t rank, size_t hits, RetrievalFigures& figures) {
    if (rank >= hits) return;
    figures.recall_at_1 += rank < 1 ? 1 : 0;
    figures.recall_at_5 += rank < 5 ? 1 : 0;
    figures.mrr_at_10 += 1 / static_cast<double>(rank + 1);
}

}  // namespace

Result<std::vector<RetrievalFigures>> ScoreShopRetrieval(
    const std::filesystem::path& folder, std::shared_ptr<const retrieval::Embedder> embedder,
    const std::function<void(size_t done, size_t all)>& progress) {
    ARGOSY_TRY(const auto catalogue, lifecycle::shop::Catalogue::Load(folder / "catalog.csv"));
    ARGOSY_TRY(const auto truths, ReadTruths(folder / "eval.jsonl"));
    const lifecycle::shop::Stall stall(catalogue, true);
    ARGOSY_TRY(const auto search, ShopSearch::Open(stall, embedder));
    std::vector<RetrievalFigures> all;
    size_t done = 0;
    for (const Way& way : kWays) {
        if (way.needs_vectors && !embedder) continue;
        RetrievalFigures figures{.way = way.name, .questions = truths.size()};
        for (const Truth& truth : truths) {
            ARGOSY_TRY(const auto hits, search->Find(way.way, truth.search, kDepth));
            Count(RankOf(hits, truth.first), hits.size(), figures);
            progress(++done, truths.size() * std::size(kWays));
        }
        const double questions = std::max<double>(1, static_cast<double>(truths.size()));
        for (double* sum : {&figures.recall_at_1, &figures.recall_at_5, &figures.mrr_at_10}) {
            *sum /= questions;
        }
        all.push_back(std::move(figures));
    }
    return all;
}

json::array ToJson(const std::vector<RetrievalFigures>& figures) {
    json::array out;
    for (const RetrievalFigures& one : figures) {
        out.push_back({{"way", one.way},
                       {"questions", one.questions},
                       {"recall_at_1", one.recall_at_1},
                       {"recall_at_5", one.recall_at_5},
                       {"mrr_at_10", one.mrr_at_10}});
    }
    return out;
}

}  // namespace argosy::cli
