// From a question that stands alone to the passages that answer it: what it names, the filters and
// the order that it asks for, lexical and dense search fused, reranked, made various. One search
// over any Store.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "retrieval/embedder.h"
#include "retrieval/index/self_query.h"
#include "retrieval/reranker.h"
#include "retrieval/search/question_order.h"
#include "retrieval/search/search_settings.h"
#include "retrieval/store/store.h"

namespace argosy::retrieval {

struct FoundPassages {
    /// Best first. Those that a filter or an order found, and no search, have a score of 0.
    std::vector<SearchHit> hits;
    /// What the question asked for and nothing meets ("grey"): the hits are the nearest there is.
    std::vector<std::string> missing = {};
    /// The filter that the hits pass, the question's conditions included.
    Filter filter = {};
    /// Why these: [{"phrase", "condition" | "order" | "named", "applied"}]; an order also tells
    /// whether it is "complete": beyond 20,000 chunks only the first ones were compared.
    json::array explanation = {};
};

/// Thread-safe.
class KnowledgeSearch {
  public:
    /// `embedder` may be null (lexical only), as may `reranker`.
    KnowledgeSearch(SearchSettings settings, std::shared_ptr<Store> store, std::string collection,
                    std::shared_ptr<const Embedder> embedder,
                    std::shared_ptr<const Reranker> reranker);

    /// At most `limit` passages that pass `base`. Blocks. Errors: the store's and the models'.
    Result<FoundPassages> Search(const std::string& question, size_t limit,
                                 const Filter& base = {}) const;

    /// Reads again which fields and values the collection has; to be called when it has changed.
    /// Errors: the store's.
    Result<void> Refresh();

  private:
    using Fields = std::shared_ptr<const std::vector<QueryField>>;
    struct Question;

    Result<Fields> KnownFields() const;
    Result<Fields> ReadFields() const;
    Result<std::vector<SearchHit>> Named(Question& question) const;
    Result<void> AboutNamed(const Question& question, std::vector<SearchHit> named,
                            FoundPassages& out) const;
    Result<void> Compared(const Question& question, const FieldOrder& order, double measure,
                          const SearchHit& with, FoundPassages& out) const;
    Result<void> Related(const Question& question, const SearchHit& to, FoundPassages& out) const;
    Result<void> Asked(const Question& question, FoundPassages& out) const;
    Result<SelfQuery> Conditions(const Filter& base, std::vector<FoundCondition> found) const;
    Result<Filter> Preferring(const Filter& filter) const;
    Result<std::vector<SearchHit>> Rank(const std::string& text, size_t limit,
                                        const Filter& filter) const;
    Result<void> InOrder(const FieldOrder& order, size_t limit, FoundPassages& out) const;
    Result<void> Rerank(const std::string& text, std::vector<SearchHit>& hits) const;
    static void AppendNew(std::vector<SearchHit> more, size_t limit, std::vector<SearchHit>& hits);
    Result<void> FillUp(const Filter& filter, size_t limit, std::vector<SearchHit>& hits) const;

    const SearchSettings settings_;
    const std::shared_ptr<Store> store_;
    const std::string collection_;
    const std::shared_ptr<const Embedder> embedder_;
    const std::shared_ptr<const Reranker> reranker_;
    mutable std::mutex mutex_;
    mutable Fields fields_;  // GUARDED_BY(mutex_); null: not read yet
};

}  // namespace argosy::retrieval
