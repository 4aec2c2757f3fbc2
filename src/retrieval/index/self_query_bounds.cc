// Bounds in a question: "under $80", "between 20 and 50 dollars", "at least 4 stars", "$20-$50".
#include "retrieval/index/self_query_bounds.h"

#include <algorithm>
#include <array>

namespace argosy::retrieval {

namespace {

enum class Bound { kBelow, kAtMost, kAbove, kAtLeast, kExactly };

struct BoundPhrase {
    std::array<std::string_view, 3> words;
    Bound bound;
};

// Longer ones first, so that "no more than" is not "more than".
constexpr BoundPhrase kBounds[] = {
    {{"no", "more", "than"}, Bound::kAtMost},  {{"not", "more", "than"}, Bound::kAtMost},
    {{"no", "less", "than"}, Bound::kAtLeast}, {{"not", "less", "than"}, Bound::kAtLeast},
    {{"less", "than", ""}, Bound::kBelow},     {{"cheaper", "than", ""}, Bound::kBelow},
    {{"lower", "than", ""}, Bound::kBelow},    {{"fewer", "than", ""}, Bound::kBelow},
    {{"more", "than", ""}, Bound::kAbove},     {{"greater", "than", ""}, Bound::kAbove},
    {{"higher", "than", ""}, Bound::kAbove},   {{"better", "than", ""}, Bound::kAbove},
    {{"at", "most", ""}, Bound::kAtMost},      {{"up", "to", ""}, Bound::kAtMost},
    {{"at", "least", ""}, Bound::kAtLeast},    {{"under", "", ""}, Bound::kBelow},
    {{"below", "", ""}, Bound::kBelow},        {{"within", "", ""}, Bound::kAtMost},
    {{"maximum", "", ""}, Bound::kAtMost},     {{"max", "", ""}, Bound::kAtMost},
    {{"over", "", ""}, Bound::kAbove},         {{"above", "", ""}, Bound::kAbove},
    {{"minimum", "", ""}, Bound::kAtLeast},    {{"min", "", ""}, Bound::kAtLeast},
    {{"exactly", "", ""}, Bound::kExactly},
};

bool Is(std::span<const QuestionWord> words, size_t at, std::string_view text) {
    return at < words.size() && words[at].text == text;
}

bool IsNumber(std::span<const QuestionWord> words, size_t at) {
    return at < words.size() && words[at].number.has_value();
}

// Words of the phrase that stand at `at`; 0 where another does.
size_t PhraseLength(std::span<const QuestionWord> words, size_t at, const BoundPhrase& phrase) {
    size_t length = 0;
    while (length < 3 && !phrase.words[length].empty()) {
        if (!Is(words, at + length, phrase.words[length])) return 0;
        ++length;
    }
    return length;
}

Range RangeOf(Bound bound, double value) {
    switch (bound) {
        case Bound::kBelow:
            return {.lt = value};
        case Bound::kAtMost:
            return {.lte = value};
        case Bound::kAbove:
            return {.gt = value};
        case Bound::kAtLeast:
            return {.gte = value};
        case Bound::kExactly:
            return {.gte = value, .lte = value};
    }
    return {};
}

/// A range as it was read, before it is known what it bounds.
struct ReadBound {
    Range range;
    size_t begin, end;  // words
    bool has_sign = false;
    bool is_bare = false;  // "20 to 50": only a unit makes it a bound
};

// "between 20 and 50", "from $20 to $50", "$20-$50", "20 to 50 dollars".
std::optional<ReadBound> ReadInterval(std::span<const QuestionWord> words, size_t at) {
    const bool between = Is(words, at, "between");
    const bool bare = !between && !Is(words, at, "from");
    const size_t first = bare ? at : at + 1;
    if (!IsNumber(words, first)) return std::nullopt;
    const size_t unit = first + 1 < words.size() && UnitOf(words[first + 1].text) ? 1 : 0;
    const size_t link = first + 1 + unit;
    size_t second = link + 1;
    if (IsNumber(words, link) && words[link].dash_before) {
        second = link;
    } else if (!Is(words, link, between ? "and" : "to")) {
        return std::nullopt;
    }
    if (!IsNumber(words, second)) return std::nullopt;
    const double a = *words[first].number, b = *words[second].number;
    if (a > b) return std::nullopt;  // no interval, something else
    return ReadBound{{.gte = a, .lte = b},
                     at,
                     second + 1,
                     words[first].has_sign || words[second].has_sign,
                     bare};
}

std::optional<ReadBound> ReadOneBound(std::span<const QuestionWord> words, size_t at) {
    for (const BoundPhrase& phrase : kBounds) {
        const size_t length = PhraseLength(words, at, phrase);
        if (length == 0 || !IsNumber(words, at + length)) continue;
        const QuestionWord& number = words[at + length];
        return ReadBound{RangeOf(phrase.bound, *number.number), at, at + length + 1,
                         number.has_sign};
    }
    if (!IsNumber(words, at)) return std::nullopt;
    const ReadBound alone{{}, at, at + 1, words[at].has_sign};
    // "4 stars or more", "$80 or less", "4+ stars" is read as 4 stars: left to the search.
    const size_t unit = at + 1 < words.size() && UnitOf(words[at + 1].text) ? 1 : 0;
    if (!Is(words, at + 1 + unit, "or")) return std::nullopt;
    const size_t end = at + 3 + unit;
    for (const char* word : {"more", "above", "better", "higher", "up"}) {
        if (Is(words, end - 1, word)) {
            return ReadBound{{.gte = *words[at].number}, at, end, alone.has_sign};
        }
    }
    for (const char* word : {"less", "under", "below", "cheaper", "lower"}) {
        if (Is(words, end - 1, word)) {
            return ReadBound{{.lte = *words[at].number}, at, end, alone.has_sign};
        }
    }
    return std::nullopt;
}

Range Scaled(Range range, double scale) {
    for (auto* bound : {&range.gt, &range.gte, &range.lt, &range.lte}) {
        if (*bound) **bound *= scale;
    }
    return range;
}

const QueryField* Only(std::span<const QueryField> fields, Quantity quantity) {
    const QueryField* only = nullptr;
    for (const QueryField& field : fields) {
        if (!field.is_number || field.quantity != quantity) continue;
        if (only != nullptr) return nullptr;
        only = &field;
    }
    return only;
}

const QueryField* Named(std::span<const QueryField> fields, const QuestionWord& word) {
    for (const QueryField& field : fields) {
        if (field.is_number && std::ranges::find(field.words, word.text) != field.words.end()) {
            return &field;
        }
    }
    return nullptr;
}

// "kids under 12" is no price.
bool IsAboutPeople(std::span<const QuestionWord> words, size_t begin) {
    constexpr std::array<std::string_view, 9> kPeople = {
        "kids", "kid", "children", "child", "people", "anyone", "those", "age", "aged"};
    return begin > 0 && std::ranges::find(kPeople, words[begin - 1].text) != kPeople.end();
}

// The field that a bound is about; takes its unit or name into the bound's words.
const QueryField* FieldOf(std::span<const QuestionWord> words, ReadBound& bound,
                          std::span<const QueryField> fields) {
    if (bound.has_sign) return Only(fields, Quantity::kMoney);
    for (size_t at = bound.begin; at < std::min(bound.end + 1, words.size()); ++at) {
        const auto unit = UnitOf(words[at].text);
        if (!unit) continue;
        bound.end = std::max(bound.end, at + 1);
        return Only(fields, *unit);
    }
    // "price under 80", "price is under 80", "under 80 in price" is rare.
    for (size_t back = 1; back <= 2 && back <= bound.begin; ++back) {
        const QuestionWord& before = words[bound.begin - back];
        if (const QueryField* field = Named(fields, before)) {
            bound.begin -= back;
            return field;
        }
        constexpr std::array<std::string_view, 5> kBetween = {"is", "of", "rated", "costs",
                                                              "priced"};
        if (std::ranges::find(kBetween, before.text) == kBetween.end()) break;
    }
    if (bound.is_bare || IsAboutPeople(words, bound.begin)) return nullptr;
    const bool last = bound.end >= words.size() || words[bound.end].clause_before;
    if (!last) {
        if (const QueryField* field = Named(fields, words[bound.end])) {
            ++bound.end;
            return field;
        }
        // "under 80 for hiking" bounds money, "under 2 kg" and "over 30 litres" something else.
        if (!IsEnglishStopWord(words[bound.end].text)) return nullptr;
    }
    return Only(fields, Quantity::kMoney);
}

}  // namespace

std::vector<FoundSpan> FindBounds(std::string_view question, std::span<const QuestionWord> words,
                                  std::span<const QueryField> fields) {
    std::vector<FoundSpan> found;
    for (size_t at = 0; at < words.size(); ++at) {
        auto bound = ReadInterval(words, at);
        if (!bound) bound = ReadOneBound(words, at);
        if (!bound) continue;
        const size_t after = bound->end;
        const QueryField* field = FieldOf(words, *bound, fields);
        if (field != nullptr) {
            const size_t from = words[bound->begin].begin;
            const size_t to = words[bound->end - 1].end;
            found.push_back({{{field->name, Scaled(bound->range, field->scale)},
                              std::string(question.substr(from, to - from)),
                              false},
                             bound->begin,
                             bound->end});
        }
        at = std::max(after, bound->end) - 1;
    }
    return found;
}

}  // namespace argosy::retrieval
