#include "retrieval/index/self_query.h"

#include <algorithm>
#include <array>
#include <map>

#include "retrieval/index/question_words.h"
#include "retrieval/index/self_query_bounds.h"
#include "retrieval/index/words.h"

namespace argosy::retrieval {

namespace {

// More words than this are no value that people say.
constexpr size_t kMaxValueWords = 4;

std::vector<std::string> WordsOf(std::string_view text) {
    std::vector<std::string> words;
    ForEachWord(text, [&](std::string&& word) { words.push_back(std::move(word)); });
    return words;
}

Quantity QuantityOf(std::span<const std::string> words) {
    constexpr std::array<std::string_view, 4> kMoney = {"price", "cost", "amount", "fee"};
    constexpr std::array<std::string_view, 4> kStars = {"rating", "stars", "star", "score"};
    for (const std::string& word : words) {
        if (std::ranges::find(kMoney, word) != kMoney.end()) return Quantity::kMoney;
        if (std::ranges::find(kStars, word) != kStars.end()) return Quantity::kStars;
    }
    return Quantity::kOther;
}

// "unit_price" is called "unit", "price" and "unit_price".
std::vector<std::string> NamesOf(const std::string& field) {
    std::string spaced = field;
    std::ranges::replace_if(spaced, [](char c) { return c == '_' || c == '.' || c == '-'; }, ' ');
    std::vector<std::string> names = WordsOf(spaced);
    if (QuantityOf(names) == Quantity::kMoney) {
        names.emplace_back("price");
        names.emplace_back("cost");
    }
    if (QuantityOf(names) == Quantity::kStars) names.emplace_back("rating");
    return names;
}

// "price_cents" has hundredths of what a question counts in, "rating_tenths" tenths.
double ScaleOf(const std::string& field) {
    if (field.ends_with("_cents")) return 100;
    if (field.ends_with("_tenths")) return 10;
    return 1;
}

struct ValueMatch {
    const QueryField* field;
    std::string value;
    size_t begin, end;  // words of the question
};

// Values whose every word stands in the question in a row, by stems.
class ValueFinder {
  public:
    ValueFinder(std::span<const QuestionWord> words, const Analyzer& analyzer)
        : words_(words), analyzer_(analyzer) {}

    std::vector<ValueMatch> Find(std::span<const QueryField> fields) const {
        std::vector<ValueMatch> matches;
        for (const QueryField& field : fields) {
            for (const std::string& value : field.values) {
                FindValue(field, value, value, matches);
                const auto others = field.synonyms.find(value);
                if (others == field.synonyms.end()) continue;
                for (const std::string& said : others->second) {
                    FindValue(field, value, said, matches);
                }
            }
        }
        return Longest(std::move(matches));
    }

  private:
    // `said`: the value itself or another word for it.
    void FindValue(const QueryField& field, const std::string& value, std::string_view said,
                   std::vector<ValueMatch>& matches) const {
        const auto parts = WordsOf(said);
        if (parts.empty() || parts.size() > kMaxValueWords || !IsTelling(parts)) return;
        for (size_t at = 0; at + parts.size() <= words_.size(); ++at) {
            bool same = true;
            for (size_t i = 0; same && i < parts.size(); ++i) {
                same = words_[at + i].stem == analyzer_.Stem(parts[i]);
            }
            if (same) matches.push_back({&field, value, at, at + parts.size()});
        }
    }
    // A number, a letter or a stop word stands in questions for other reasons.
    static bool IsTelling(const std::vector<std::string>& parts) {
        return std::ranges::any_of(parts, [](const std::string& part) {
            return part.size() > 2 && !IsEnglishStopWord(part) &&
                   std::ranges::any_of(part, [](char c) { return c < '0' || c > '9'; });
        });
    }
    // Of matches that overlap the longest; of equal ones in several fields none.
    static std::vector<ValueMatch> Longest(std::vector<ValueMatch> matches) {
        std::vector<ValueMatch> kept;
        for (const ValueMatch& match : matches) {
            const bool clear = std::ranges::none_of(matches, [&](const ValueMatch& other) {
                const bool apart = other.end <= match.begin || match.end <= other.begin;
                if (apart) return false;
                const size_t mine = match.end - match.begin, theirs = other.end - other.begin;
                return theirs > mine || (theirs == mine && other.field != match.field);
            });
            if (clear) kept.push_back(match);
        }
        return kept;
    }

    std::span<const QuestionWord> words_;
    const Analyzer& analyzer_;
};

// "not blue", "no leather", "without wool", "not in blue".
bool IsExcluded(std::span<const QuestionWord> words, size_t at) {
    constexpr std::array<std::string_view, 5> kNo = {"not", "no", "without", "except", "non"};
    for (size_t back = 1; back <= 2 && back <= at; ++back) {
        if (words[at - back + 1].clause_before) return false;
        const std::string& word = words[at - back].text;
        if (std::ranges::find(kNo, word) != kNo.end()) return true;
        if (word != "in" && word != "any" && word != "a") return false;
    }
    return false;
}

// One condition for each field and side, with all its values.
std::vector<FoundSpan> ByField(std::string_view question, std::span<const QuestionWord> words,
                               const std::vector<ValueMatch>& matches) {
    std::map<std::pair<std::string, bool>, FoundSpan> fields;
    for (const ValueMatch& match : matches) {
        const bool excluded = IsExcluded(words, match.begin);
        auto [at, is_new] = fields.try_emplace({match.field->name, excluded});
        FoundSpan& span = at->second;
        const size_t from = words[match.begin].begin;
        std::string phrase(question.substr(from, words[match.end - 1].end - from));
        if (is_new) {
            span = {{{match.field->name, MatchAny{}}, std::move(phrase), excluded}, match.begin, 0};
        } else if (span.found.phrase.find(phrase) == std::string::npos) {
            span.found.phrase += ", " + phrase;
        }
        auto& values = std::get<MatchAny>(span.found.condition.test).values;
        if (std::ranges::find(values, json::value(match.value)) == values.end()) {
            values.emplace_back(match.value);
        }
        span.begin = std::min(span.begin, match.begin);
    }
    std::vector<FoundSpan> out;
    for (auto& [key, span] : fields) out.push_back(std::move(span));
    return out;
}

Filter With(Filter filter, const FoundCondition& found) {
    (found.excluded ? filter.must_not : filter.must).push_back(found.condition);
    return filter;
}

}  // namespace

std::vector<QueryField> DescribeFields(std::span<const FieldSummary> summaries) {
    std::vector<QueryField> fields;
    for (const FieldSummary& summary : summaries) {
        QueryField field{.name = summary.name, .words = NamesOf(summary.name)};
        if (summary.numbers * 2 > summary.slots) {
            field.is_number = true;
            field.quantity = QuantityOf(field.words);
            field.scale = ScaleOf(field.name);
        } else {
            // Values that all differ are names or texts, which the search itself finds.
            for (const auto& [value, slots] : summary.values) field.values.push_back(value);
            if (field.values.empty()) continue;
        }
        fields.push_back(std::move(field));
    }
    return fields;
}

std::vector<FoundCondition> FindConditions(std::string_view question,
                                           std::span<const QueryField> fields) {
    const Analyzer analyzer(Language::kEnglish);
    const auto words = ReadQuestion(question, analyzer);
    auto spans = FindBounds(question, words, fields);
    auto values = ByField(question, words, ValueFinder(words, analyzer).Find(fields));
    std::ranges::move(values, std::back_inserter(spans));
    std::ranges::sort(spans, {}, [](const FoundSpan& span) {
        return std::pair(span.begin, span.found.condition.key);
    });
    std::vector<FoundCondition> found;
    for (FoundSpan& span : spans) found.push_back(std::move(span.found));
    return found;
}

Result<SelfQuery> ApplyConditions(const Filter& base, std::vector<FoundCondition> found,
                                  const std::function<Result<size_t>(const Filter&)>& count) {
    SelfQuery out{.filter = base};
    for (const bool bounds : {true, false}) {
        for (FoundCondition& condition : found) {
            if (std::holds_alternative<Range>(condition.condition.test) != bounds) continue;
            Filter more = With(out.filter, condition);
            ARGOSY_TRY(const size_t left, count(more));
            if (left == 0) {
                out.dropped.push_back(std::move(condition));
                continue;
            }
            out.filter = std::move(more);
            out.kept.push_back(std::move(condition));
        }
    }
    return out;
}

json::array SelfQuery::Explain() const {
    json::array out;
    for (const auto* list : {&kept, &dropped}) {
        for (const FoundCondition& found : *list) {
            Filter filter;
            (found.excluded ? filter.must_not : filter.must).push_back(found.condition);
            out.emplace_back(json::object{{"phrase", found.phrase},
                                          {"condition", ToJson(filter)},
                                          {"applied", list == &kept}});
        }
    }
    return out;
}

}  // namespace argosy::retrieval
