#include "retrieval/search/knowledge_search.h"

#include <algorithm>
#include <mutex>

#include "retrieval/index/fusion.h"
#include "retrieval/search/named_items.h"

namespace argosy::retrieval {

namespace {

// Hits of a lexical search among which the things that a question names are looked for.
constexpr size_t kNamedDepth = 24;
// Chunks that are read to find the first ones of an order.
constexpr size_t kOrderDepth = 20000;
constexpr size_t kPage = 1000;

Filter And(Filter filter, const Filter& more) {
    std::ranges::copy(more.must, std::back_inserter(filter.must));
    std::ranges::copy(more.must_not, std::back_inserter(filter.must_not));
    if (!more.should.empty()) {
        Filter either{.must = {}, .should = more.should, .must_not = {}};
        filter.must.push_back({"", std::make_shared<const Filter>(std::move(either))});
    }
    return filter;
}

std::optional<double> NumberOf(const Chunk& chunk, std::string_view field) {
    std::optional<double> number;
    ForEachField(chunk.metadata, field, [&number](const json::value& value) {
        if (value.is_number() && !number) number = value.to_number<double>();
    });
    return number;
}

// The values of the field as a condition; nothing where the chunk has none.
std::optional<Condition> SameAs(const Chunk& chunk, const std::string& field) {
    if (field.empty()) return std::nullopt;
    MatchAny values;
    ForEachField(chunk.metadata, field, [&values](const json::value& value) {
        if (!value.is_null()) values.values.push_back(value);
    });
    if (values.values.empty()) return std::nullopt;
    return Condition{field, std::move(values)};
}

void Append(std::vector<SearchHit> more, size_t limit, std::vector<SearchHit>& hits) {
    for (SearchHit& hit : more) {
        if (hits.size() >= limit) return;
        const auto same = [&hit](const SearchHit& other) { return other.chunk.id == hit.chunk.id; };
        if (std::ranges::none_of(hits, same)) hits.push_back(std::move(hit));
    }
}

struct Measured {
    double number = 0;
    size_t arrival = 0;  // of equal ones the first
    Chunk chunk;
    std::pair<double, size_t> Key() const { return {number, arrival}; }
};

// A field as the metadata shows it, with what is known of it besides.
QueryField Hinted(QueryField field, const FieldHint& hint) {
    for (const std::string& word : hint.words) field.words.push_back(word);
    field.scale = hint.scale;
    field.synonyms = hint.synonyms;
    return field;
}

}  // namespace

struct KnowledgeSearch::Question {
    std::string text;
    size_t limit;
    const Filter& base;
    std::vector<QueryField> fields;
    std::string rest;  // without the titles of what it names
};

KnowledgeSearch::KnowledgeSearch(SearchSettings settings, std::shared_ptr<Store> store,
                                 std::string collection, std::shared_ptr<const Embedder> embedder,
                                 std::shared_ptr<const Reranker> reranker)
    : settings_(std::move(settings)),
      store_(std::move(store)),
      collection_(std::move(collection)),
      embedder_(std::move(embedder)),
      reranker_(std::move(reranker)) {}

Result<void> KnowledgeSearch::Refresh() {
    ARGOSY_TRY(const auto summaries, store_->Fields(collection_));
    std::vector<QueryField> fields;
    for (QueryField& field : DescribeFields(summaries)) {
        const auto hint = std::ranges::find(settings_.fields, field.name, &FieldHint::name);
        if (hint != settings_.fields.end()) {
            fields.push_back(Hinted(std::move(field), *hint));
        } else if (settings_.fields.empty()) {
            fields.push_back(std::move(field));
        }
    }
    const std::unique_lock lock(mutex_);
    fields_ = std::move(fields);
    has_fields_ = true;
    return {};
}

Result<std::vector<QueryField>> KnowledgeSearch::Fields() const {
    if (!settings_.self_query) return std::vector<QueryField>();
    {
        const std::shared_lock lock(mutex_);
        if (has_fields_) return fields_;
    }
    ARGOSY_CHECK_OK(const_cast<KnowledgeSearch*>(this)->Refresh());
    const std::shared_lock lock(mutex_);
    return fields_;
}

Result<FoundPassages> KnowledgeSearch::Search(const std::string& text, size_t limit,
                                              const Filter& base) const {
    FoundPassages out{.hits = {}, .missing = {}, .filter = base};
    Question question{.text = text, .limit = limit, .base = base, .fields = {}, .rest = {}};
    ARGOSY_TRY(question.fields, Fields());
    ARGOSY_TRY(auto named, Named(question));
    if (!named.empty()) {
        ARGOSY_CHECK_OK(AboutNamed(question, std::move(named), out));
    } else {
        ARGOSY_CHECK_OK(Asked(question, out));
    }
    return out;
}

Result<std::vector<SearchHit>> KnowledgeSearch::Named(Question& question) const {
    std::vector<SearchHit> named;
    if (!settings_.self_query || question.text.empty()) return named;
    SearchRequest request{.text = question.text, .filter = question.base, .limit = kNamedDepth};
    ARGOSY_TRY(auto found, store_->Search(collection_, request));
    const auto items = FindNamedItems(question.text, found.hits);
    for (const NamedItem& item : items) named.push_back(std::move(found.hits[item.hit]));
    if (named.size() > question.limit) named.resize(question.limit);
    question.rest = WithoutNames(question.text, items);
    return named;
}

Result<void> KnowledgeSearch::AboutNamed(Question& question, std::vector<SearchHit> named,
                                         FoundPassages& out) const {
    for (const SearchHit& hit : named) {
        out.explanation.push_back(
            {{"phrase", TitleOf(hit.chunk)}, {"named", hit.chunk.id}, {"applied", true}});
    }
    if (named.size() == 1) {
        ARGOSY_TRY(const bool compared, Compared(question, named[0], out));
        if (compared) return {};
    }
    const auto order = FindComparison(question.rest, question.fields);
    if (named.size() > 1 && order) {  // "which is cheaper, the X or the Y?": the winner first
        std::ranges::sort(named, {}, [&order](const SearchHit& hit) {
            const double number = NumberOf(hit.chunk, order->field).value_or(0);
            return order->descending ? -number : number;
        });
    }
    const size_t count = named.size();
    out.hits = std::move(named);
    if (count == 1 && settings_.related > 0) {
        ARGOSY_CHECK_OK(Related(question, SearchHit(out.hits[0]), out));
    }
    return {};
}

// "anything cheaper than the X": what is on the asked side of X, and X itself at the end.
Result<bool> KnowledgeSearch::Compared(const Question& question, const SearchHit& with,
                                       FoundPassages& out) const {
    const auto order = FindComparison(question.rest, question.fields);
    if (!order || !question.rest.contains(" than ")) return false;
    const auto measure = NumberOf(with.chunk, order->field);
    if (!measure) return false;
    Range side;
    (order->descending ? side.gt : side.lt) = measure;
    Filter filter = question.base;
    filter.must.push_back({order->field, side});
    if (auto kind = SameAs(with.chunk, settings_.kind_field)) filter.must.push_back(*kind);
    ARGOSY_TRY(const size_t matching, store_->Count(collection_, filter));
    out.explanation.push_back(
        {{"phrase", order->phrase}, {"condition", ToJson(filter)}, {"applied", matching > 0}});
    if (matching > 0) {
        ARGOSY_TRY(filter, Preferring(filter));
        const auto count = [&](const Filter& more) {
            return store_->Count(collection_, more).value_or(0);
        };
        SelfQuery asked =
            ApplyConditions(filter, FindConditions(question.rest, question.fields), count);
        out.filter = std::move(asked.filter);
        ARGOSY_TRY(out.hits, Rank(with.chunk.text, question.limit - 1, out.filter));
    }
    out.hits.push_back(with);
    return true;
}

Result<void> KnowledgeSearch::Related(const Question& question, const SearchHit& to,
                                      FoundPassages& out) const {
    const auto kind = SameAs(to.chunk, settings_.kind_field);
    if (!kind) return {};
    Filter filter = question.base;
    filter.must.push_back(*kind);
    ARGOSY_TRY(filter, Preferring(filter));
    const size_t limit = std::min(question.limit, 1 + settings_.related);
    ARGOSY_TRY(auto hits, Rank(to.chunk.text, limit + 1, filter));
    Append(std::move(hits), limit, out.hits);
    return {};
}

Result<void> KnowledgeSearch::Asked(const Question& question, FoundPassages& out) const {
    const auto count = [&](const Filter& filter) {
        return store_->Count(collection_, filter).value_or(0);
    };
    // What kind of thing is asked for is given up last, even after a price.
    std::vector<FoundCondition> kinds, others;
    for (FoundCondition& found : FindConditions(question.text, question.fields)) {
        const bool is_kind = found.condition.key == settings_.kind_field;
        (is_kind ? kinds : others).push_back(std::move(found));
    }
    SelfQuery asked = ApplyConditions(question.base, std::move(kinds), count);
    SelfQuery rest = ApplyConditions(asked.filter, std::move(others), count);
    asked.filter = std::move(rest.filter);
    std::ranges::move(rest.kept, std::back_inserter(asked.kept));
    std::ranges::move(rest.dropped, std::back_inserter(asked.dropped));
    out.explanation = asked.Explain();
    for (const FoundCondition& dropped : asked.dropped) {
        if (!dropped.excluded) out.missing.push_back(dropped.phrase);
    }
    const auto order = FindOrder(question.text, question.fields);
    if (order) {
        out.filter = std::move(asked.filter);
        out.explanation.push_back({{"phrase", order->phrase},
                                   {"order", order->field},
                                   {"descending", order->descending},
                                   {"applied", true}});
        ARGOSY_TRY(out.hits, InOrder(*order, question.limit, out.filter));
        return {};
    }
    ARGOSY_TRY(out.filter, Preferring(asked.filter));
    ARGOSY_TRY(out.hits, Rank(question.text, question.limit, out.filter));
    if (!asked.kept.empty()) {
        ARGOSY_CHECK_OK(FillUp(out.filter, question.limit, out.hits));
    }
    return {};
}

Result<Filter> KnowledgeSearch::Preferring(const Filter& filter) const {
    if (settings_.preferred.empty()) return filter;
    Filter both = And(filter, settings_.preferred);
    ARGOSY_TRY(const size_t matching, store_->Count(collection_, both));
    return matching > 0 ? std::move(both) : filter;
}

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
        std::vector<float> relevance;
        std::vector<std::vector<float>> vectors;
        for (SearchHit& hit : found.hits) {
            relevance.push_back(hit.score);
            vectors.push_back(std::move(hit.vector));
        }
        std::vector<SearchHit> various;
        for (const size_t at :
             MaximalMarginalRelevance(relevance, vectors, limit, 1 - *settings_.mmr)) {
            various.push_back(std::move(found.hits[at]));
        }
        found.hits = std::move(various);
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

Result<std::vector<SearchHit>> KnowledgeSearch::InOrder(const FieldOrder& order, size_t limit,
                                                        const Filter& filter) const {
    std::vector<Measured> measured;
    std::string from;
    size_t read = 0;
    while (read < kOrderDepth) {
        ARGOSY_TRY(auto page, store_->Scroll(collection_, filter, kPage, from));
        for (StoredChunk& stored : page.chunks) {
            const auto number = NumberOf(stored.chunk, order.field);
            const double key = order.descending ? -number.value_or(0) : number.value_or(0);
            if (number) measured.push_back({key, read, std::move(stored.chunk)});
            ++read;
        }
        // Only the first ones are kept, whatever the collection's size.
        std::ranges::sort(measured, {}, &Measured::Key);
        if (measured.size() > limit) measured.resize(limit);
        if (!page.next) break;
        from = *page.next;
    }
    std::vector<SearchHit> hits;
    for (Measured& one : measured) hits.push_back({.chunk = std::move(one.chunk)});
    return hits;
}

// What passes a question's conditions is an answer, also where it shares no word with the question.
Result<void> KnowledgeSearch::FillUp(const Filter& filter, size_t limit,
                                     std::vector<SearchHit>& hits) const {
    if (hits.size() >= limit) return {};
    ARGOSY_TRY(auto page, store_->Scroll(collection_, filter, 2 * limit, ""));
    std::vector<SearchHit> more;
    for (StoredChunk& stored : page.chunks) more.push_back({.chunk = std::move(stored.chunk)});
    Append(std::move(more), limit, hits);
    return {};
}

}  // namespace argosy::retrieval
