#include "local/knowledge_searcher.h"

#include <algorithm>

namespace argosy::local {

namespace {

using assistant::Passage;

std::string TextOf(const json::object& metadata, std::string_view name) {
    const json::value* value = metadata.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

Passage AsPassage(const retrieval::SearchHit& hit) {
    const retrieval::Chunk& chunk = hit.chunk;
    return {chunk.document_id,
            chunk.text,
            TextOf(chunk.metadata, "title"),
            TextOf(chunk.metadata, "source"),
            chunk.metadata,
            hit.score};
}

class KnowledgeSearcher final : public assistant::Searcher {
  public:
    explicit KnowledgeSearcher(std::vector<std::shared_ptr<const retrieval::KnowledgeBase>> bases)
        : bases_(std::move(bases)) {}

    Result<std::vector<Passage>> Search(const std::string& question, size_t limit) const override {
        std::vector<Passage> passages;
        for (const auto& base : bases_) {
            ARGOSY_TRY(const retrieval::FoundPassages found, base->Search(question, limit));
            for (const retrieval::SearchHit& hit : found.hits) passages.push_back(AsPassage(hit));
        }
        // One knowledge base's order may say more than its scores.
        if (bases_.size() > 1) std::ranges::stable_sort(passages, std::greater(), &Passage::score);
        if (passages.size() > limit) passages.resize(limit);
        return passages;
    }

  private:
    const std::vector<std::shared_ptr<const retrieval::KnowledgeBase>> bases_;
};

}  // namespace

std::shared_ptr<const assistant::Searcher> MakeKnowledgeSearcher(
    std::vector<std::shared_ptr<const retrieval::KnowledgeBase>> bases) {
    return std::make_shared<const KnowledgeSearcher>(std::move(bases));
}

}  // namespace argosy::local
