// How KnowledgeSearch brings passages into an order: by searches, by a reranker, by a field.
#include <algorithm>

#include "retrieval/index/fusion.h"
#include "retrieval/search/knowledge_search.h"

namespace argosy::retrieval {

namespace {

// Chunks that are read to find the first ones of an order.
constexpr size_t kOrderDepth = 20000;
constexpr size_t kPage = 1000;

struct Measured {
    double number = 0;
    size_t arrival = 0;  // of equal ones the first
    Chunk chunk;
    std::pair<double, size_t> Key() const { return {number, arrival}; }
};

// The most relevant that differ from each other. Relevance is brought to 0 to 1, as likeness is:
// fused ranks are hundredths, rerankers give what they like.
std::vector<SearchHit> Various(std::vector<SearchHit> hits, size_t limit, double variety) {
    if (hits.empty()) return hits;
    const auto [least, most] = std::ranges::minmax(hits, {}, &SearchHit::score);
    const float low = least.score, range = most.score - least.score;
    std::vector<float> relevance;
    std::vector<std::vector<float>> vectors;
    for (SearchHit& hit : hits) {
        relevance.push_back(range > 0 ? (hit.score - low) / range : 1.0F);
        vectors.push_back(std::move(hit.vector));
    }
    std::vector<SearchHit> various;
    for (const size_t at : MaximalMarginalRelevance(relevance, vectors, limit, 1 - variety)) {
        various.push_back(std::move(hits[at]));
    }
    return various;
}

}  // namespace

Result<std::vector<SearchHit>> KnowledgeSearch::Rank(const std::string& text, size_t limit,
                                                     const Filter& filter) const {
    const bool choose = reranker_ || settings_.mmr;
    SearchRequest request{.text = text,
                          .filter = filter,
                          .limit = choose ? std::max(limit, settings_.candidates) : limit,
                          .text_weight = settings_.lexical_weight,
                          .vector_weight = settings_.dense_weight,
                          .with_vectors = settings_.mmr && embedder_};
    if (embedder_) {
        const std::string texts[] = {text};
        ARGOSY_TRY(auto vectors, embedder_->Embed(texts, TextRole::kQuery));
        request.vector = std::move(vectors[0]);
    }
    ARGOSY_TRY(auto found, store_->Search(collection_, request));
    if (reranker_) ARGOSY_CHECK_OK(Rerank(text, found.hits));
    if (settings_.mmr && embedder_) {
        found.hits = Various(std::move(found.hits), limit, *settings_.mmr);
    }
    if (found.hits.size() > limit) found.hits.resize(limit);
    return std::move(found.hits);
}

Result<void> KnowledgeSearch::Rerank(const std::string& text, std::vector<SearchHit>& hits) const {
    std::vector<std::string> texts;
    for (const SearchHit& hit : hits) texts.push_back(hit.chunk.text);
    ARGOSY_TRY(const auto scores, reranker_->Score(text, texts));
    for (size_t i = 0; i < hits.size(); ++i) hits[i].score = scores[i];
    std::ranges::sort(hits, std::greater(), &SearchHit::score);
    return {};
}

Result<void> KnowledgeSearch::InOrder(const FieldOrder& order, size_t limit,
                                      FoundPassages& out) const {
    std::vector<Measured> measured;
    std::optional<std::string> from = "";
    size_t read = 0;
    while (from && read < kOrderDepth) {
        ARGOSY_TRY(auto page, store_->Scroll(collection_, out.filter, kPage, *from));
        for (StoredChunk& stored : page.chunks) {
            const auto number = FirstNumber(stored.chunk.metadata, order.field);
            const double key = order.descending ? -number.value_or(0) : number.value_or(0);
            if (number) measured.push_back({key, read, std::move(stored.chunk)});
            ++read;
        }
        // Only the first ones are kept, whatever the collection's size.
        std::ranges::sort(measured, {}, &Measured::Key);
        if (measured.size() > limit) measured.resize(limit);
        from = std::move(page.next);
    }
    out.explanation.push_back({{"phrase", order.phrase},
                               {"order", order.field},
                               {"descending", order.descending},
                               {"complete", !from},
                               {"applied", true}});
    for (Measured& one : measured) out.hits.push_back({.chunk = std::move(one.chunk)});
    return {};
}

// What passes a question's conditions is an answer, also where it shares no word with the question.
Result<void> KnowledgeSearch::FillUp(const Filter& filter, size_t limit,
                                     std::vector<SearchHit>& hits) const {
    if (hits.size() >= limit) return {};
    ARGOSY_TRY(auto page, store_->Scroll(collection_, filter, 2 * limit, ""));
    std::vector<SearchHit> more;
    for (StoredChunk& stored : page.chunks) more.push_back({.chunk = std::move(stored.chunk)});
    AppendNew(std::move(more), limit, hits);
    return {};
}

void KnowledgeSearch::AppendNew(std::vector<SearchHit> more, size_t limit,
                                std::vector<SearchHit>& hits) {
    for (SearchHit& hit : more) {
        if (hits.size() >= limit) return;
        const auto same = [&hit](const SearchHit& other) { return other.chunk.id == hit.chunk.id; };
        if (std::ranges::none_of(hits, same)) hits.push_back(std::move(hit));
    }
}

}  // namespace argosy::retrieval
