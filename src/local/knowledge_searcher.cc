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

    Result<assistant::Passages> Search(const std::string& question, size_t limit) const override {
        assistant::Passages passages;
        for (const auto& base : bases_) {
            ARGOSY_TRY(retrieval::FoundPassages found, base->Search(question, limit));
            for (const retrieval::SearchHit& hit : found.hits) {
                passages.list.push_back(AsPassage(hit));
            }
            // Said once, and only by the knowledge base that asked least in vain.
            if (&base == &bases_.front() || found.missing.size() < passages.missing.size()) {
                passages.missing = std::move(found.missing);
            }
            if (&base == &bases_.front()) passages.explanation = std::move(found.explanation);
        }
        // One knowledge base's order may say more than its scores.
        if (bases_.size() > 1) {
            std::ranges::sort(passages.list, [](const Passage& a, const Passage& b) {
                return a.score != b.score ? a.score > b.score : a.id < b.id;
            });
        }
        if (passages.list.size() > limit) passages.list.resize(limit);
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
