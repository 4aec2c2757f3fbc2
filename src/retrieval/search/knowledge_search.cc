#include "retrieval/search/knowledge_search.h"

#include <algorithm>

#include "retrieval/search/named_items.h"

namespace argosy::retrieval {

namespace {

// Hits of a lexical search among which the things that a question names are looked for.
constexpr size_t kNamedDepth = 24;

Filter And(Filter filter, const Filter& more) {
    std::ranges::copy(more.must, std::back_inserter(filter.must));
    std::ranges::copy(more.must_not, std::back_inserter(filter.must_not));
    if (!more.should.empty()) {
        Filter either{.must = {}, .should = more.should, .must_not = {}};
        filter.must.push_back({"", std::make_shared<const Filter>(std::move(either))});
    }
    return filter;
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
    Fields fields;
    std::string rest = {};  // without the titles of what it names
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
    ARGOSY_CHECK_OK(ReadFields());
    return {};
}

Result<KnowledgeSearch::Fields> KnowledgeSearch::ReadFields() const {
    ARGOSY_TRY(const auto summaries, store_->Fields(collection_));
    auto fields = std::make_shared<std::vector<QueryField>>();
    for (QueryField& field : DescribeFields(summaries)) {
        const auto hint = std::ranges::find(settings_.fields, field.name, &FieldHint::name);
        if (hint != settings_.fields.end()) {
            fields->push_back(Hinted(std::move(field), *hint));
        } else if (settings_.fields.empty()) {
            fields->push_back(std::move(field));
        }
    }
    const std::scoped_lock lock(mutex_);
    fields_ = fields;
    return fields;
}

Result<KnowledgeSearch::Fields> KnowledgeSearch::KnownFields() const {
    if (!settings_.self_query) return std::make_shared<const std::vector<QueryField>>();
    {
        const std::scoped_lock lock(mutex_);
        if (fields_) return fields_;
    }
    return ReadFields();
}

Result<FoundPassages> KnowledgeSearch::Search(const std::string& text, size_t limit,
                                              const Filter& base) const {
    FoundPassages out{.hits = {}, .missing = {}, .filter = base};
    ARGOSY_TRY(Fields fields, KnownFields());
    Question question{.text = text, .limit = limit, .base = base, .fields = std::move(fields)};
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

Result<void> KnowledgeSearch::AboutNamed(const Question& question, std::vector<SearchHit> named,
                                         FoundPassages& out) const {
    for (const SearchHit& hit : named) {
        out.explanation.push_back(
            {{"phrase", TitleOf(hit.chunk)}, {"named", hit.chunk.id}, {"applied", true}});
    }
    const auto order = FindComparison(question.rest, *question.fields);
    if (named.size() == 1) {
        const SearchHit one = std::move(named[0]);
        const auto measure = order ? FirstNumber(one.chunk.metadata, order->field) : std::nullopt;
        if (measure && question.rest.contains(" than ")) {
            return Compared(question, *order, *measure, one, out);
        }
        out.hits = {one};
        return Related(question, one, out);
    }
    if (order) {  // "which is cheaper, the X or the Y?": the winner first
        std::ranges::sort(named, {}, [&order](const SearchHit& hit) {
            const double number = FirstNumber(hit.chunk.metadata, order->field).value_or(0);
            return order->descending ? -number : number;
        });
    }
    out.hits = std::move(named);
    return {};
}

// "anything cheaper than the X": what is on the asked side of X, and X itself at the end.
Result<void> KnowledgeSearch::Compared(const Question& question, const FieldOrder& order,
                                       double measure, const SearchHit& with,
                                       FoundPassages& out) const {
    Range side;
    (order.descending ? side.gt : side.lt) = measure;
    Filter filter = question.base;
    filter.must.push_back({order.field, side});
    if (auto kind = SameAs(with.chunk, settings_.kind_field)) filter.must.push_back(*kind);
    ARGOSY_TRY(const size_t matching, store_->Count(collection_, filter));
    out.explanation.push_back(
        {{"phrase", order.phrase}, {"condition", ToJson(filter)}, {"applied", matching > 0}});
    if (matching > 0) {
        ARGOSY_TRY(filter, Preferring(filter));
        ARGOSY_TRY(SelfQuery asked,
                   Conditions(filter, FindConditions(question.rest, *question.fields)));
        out.filter = std::move(asked.filter);
        ARGOSY_TRY(out.hits, Rank(with.chunk.text, question.limit - 1, out.filter));
    }
    out.hits.push_back(with);
    return {};
}

Result<void> KnowledgeSearch::Related(const Question& question, const SearchHit& to,
                                      FoundPassages& out) const {
    const auto kind = SameAs(to.chunk, settings_.kind_field);
    if (!kind || settings_.related == 0) return {};
    Filter filter = question.base;
    filter.must.push_back(*kind);
    ARGOSY_TRY(filter, Preferring(filter));
    const size_t limit = std::min(question.limit, 1 + settings_.related);
    ARGOSY_TRY(auto hits, Rank(to.chunk.text, limit + 1, filter));
    AppendNew(std::move(hits), limit, out.hits);
    return {};
}

Result<void> KnowledgeSearch::Asked(const Question& question, FoundPassages& out) const {
    // What kind of thing is asked for is given up last, even after a price.
    std::vector<FoundCondition> kinds, others;
    for (FoundCondition& found : FindConditions(question.text, *question.fields)) {
        const bool is_kind = found.condition.key == settings_.kind_field;
        (is_kind ? kinds : others).push_back(std::move(found));
    }
    ARGOSY_TRY(SelfQuery asked, Conditions(question.base, std::move(kinds)));
    ARGOSY_TRY(SelfQuery rest, Conditions(asked.filter, std::move(others)));
    asked.filter = std::move(rest.filter);
    std::ranges::move(rest.kept, std::back_inserter(asked.kept));
    std::ranges::move(rest.dropped, std::back_inserter(asked.dropped));
    out.explanation = asked.Explain();
    for (const FoundCondition& dropped : asked.dropped) {
        if (!dropped.excluded) out.missing.push_back(dropped.phrase);
    }
    if (const auto order = FindOrder(question.text, *question.fields)) {
        out.filter = std::move(asked.filter);
        return InOrder(*order, question.limit, out);
    }
    ARGOSY_TRY(out.filter, Preferring(asked.filter));
    ARGOSY_TRY(out.hits, Rank(question.text, question.limit, out.filter));
    if (!asked.kept.empty()) {
        ARGOSY_CHECK_OK(FillUp(out.filter, question.limit, out.hits));
    }
    return {};
}

Result<SelfQuery> KnowledgeSearch::Conditions(const Filter& base,
                                              std::vector<FoundCondition> found) const {
    return ApplyConditions(base, std::move(found), [this](const Filter& filter) {
        return store_->Count(collection_, filter);
    });
}

Result<Filter> KnowledgeSearch::Preferring(const Filter& filter) const {
    if (settings_.preferred.empty()) return filter;
    Filter both = And(filter, settings_.preferred);
    ARGOSY_TRY(const size_t matching, store_->Count(collection_, both));
    return matching > 0 ? std::move(both) : filter;
}

}  // namespace argosy::retrieval
