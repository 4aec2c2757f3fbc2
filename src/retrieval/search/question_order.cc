#include "retrieval/search/question_order.h"

#include <algorithm>
#include <array>
#include <vector>

#include "retrieval/index/analyzer.h"
#include "retrieval/index/question_words.h"

namespace argosy::retrieval {

namespace {

using Questions = std::span<const QuestionWord>;

enum class Measure { kMoney, kStars, kWeight };

struct OrderPhrase {
    std::array<std::string_view, 2> words;
    Measure measure;
    bool descending;
};

// Longer ones first, so that "least expensive" is not "expensive".
constexpr OrderPhrase kMost[] = {
    {{"least", "expensive"}, Measure::kMoney, false},
    {{"most", "expensive"}, Measure::kMoney, true},
    {{"most", "affordable"}, Measure::kMoney, false},
    {{"best", "rated"}, Measure::kStars, true},
    {{"highest", "rated"}, Measure::kStars, true},
    {{"top", "rated"}, Measure::kStars, true},
    {{"rated", "best"}, Measure::kStars, true},
    {{"rated", "highest"}, Measure::kStars, true},
    {{"best", "reviewed"}, Measure::kStars, true},
    {{"worst", "rated"}, Measure::kStars, false},
    {{"lowest", "rated"}, Measure::kStars, false},
    {{"cheapest", ""}, Measure::kMoney, false},
    {{"dearest", ""}, Measure::kMoney, true},
    {{"priciest", ""}, Measure::kMoney, true},
    {{"lightest", ""}, Measure::kWeight, false},
    {{"heaviest", ""}, Measure::kWeight, true},
};

constexpr OrderPhrase kMore[] = {
    {{"less", "expensive"}, Measure::kMoney, false}, {{"more", "expensive"}, Measure::kMoney, true},
    {{"better", "rated"}, Measure::kStars, true},    {{"for", "less"}, Measure::kMoney, false},
    {{"costs", "less"}, Measure::kMoney, false},     {{"cheaper", ""}, Measure::kMoney, false},
    {{"dearer", ""}, Measure::kMoney, true},         {{"lighter", ""}, Measure::kWeight, false},
    {{"heavier", ""}, Measure::kWeight, true},
};

bool Measures(const QueryField& field, Measure measure) {
    if (!field.is_number) return false;
    switch (measure) {
        case Measure::kMoney:
            return field.quantity == Quantity::kMoney;
        case Measure::kStars:
            return field.quantity == Quantity::kStars;
        case Measure::kWeight:
            return std::ranges::find(field.words, "weight") != field.words.end();
    }
    return false;
}

const QueryField* OnlyOne(std::span<const QueryField> fields, Measure measure) {
    const QueryField* only = nullptr;
    for (const QueryField& field : fields) {
        if (!Measures(field, measure)) continue;
        if (only != nullptr) return nullptr;
        only = &field;
    }
    return only;
}

size_t LengthAt(Questions words, size_t at, const OrderPhrase& phrase) {
    size_t length = 0;
    while (length < phrase.words.size() && !phrase.words[length].empty()) {
        if (at + length >= words.size() || words[at + length].text != phrase.words[length]) {
            return 0;
        }
        ++length;
    }
    return length;
}

std::string Phrase(std::string_view question, Questions words, size_t at, size_t length) {
    const size_t from = words[at].begin;
    return std::string(question.substr(from, words[at + length - 1].end - from));
}

std::optional<FieldOrder> FindPhrase(std::string_view question, Questions words,
                                     std::span<const OrderPhrase> phrases,
                                     std::span<const QueryField> fields) {
    for (size_t at = 0; at < words.size(); ++at) {
        for (const OrderPhrase& phrase : phrases) {
            const size_t length = LengthAt(words, at, phrase);
            if (length == 0) continue;
            const QueryField* field = OnlyOne(fields, phrase.measure);
            if (field == nullptr) continue;
            return FieldOrder{field->name, phrase.descending, Phrase(question, words, at, length)};
        }
    }
    return std::nullopt;
}

// "the highest weight", "with the lowest price".
std::optional<FieldOrder> FindNamedOrder(std::string_view question, Questions words,
                                         std::span<const QueryField> fields) {
    for (size_t at = 0; at + 1 < words.size(); ++at) {
        const std::string& word = words[at].text;
        const bool down = word == "highest" || word == "most" || word == "greatest";
        if (!down && word != "lowest" && word != "least" && word != "smallest") continue;
        for (const QueryField& field : fields) {
            const bool named =
                field.is_number &&
                std::ranges::find(field.words, words[at + 1].text) != field.words.end();
            if (named) return FieldOrder{field.name, down, Phrase(question, words, at, 2)};
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<FieldOrder> FindOrder(std::string_view question, std::span<const QueryField> fields) {
    const Analyzer analyzer(Language::kEnglish);
    const auto words = ReadQuestion(question, analyzer);
    if (auto order = FindPhrase(question, words, kMost, fields)) return order;
    return FindNamedOrder(question, words, fields);
}

std::optional<FieldOrder> FindComparison(std::string_view question,
                                         std::span<const QueryField> fields) {
    const Analyzer analyzer(Language::kEnglish);
    const auto words = ReadQuestion(question, analyzer);
    return FindPhrase(question, words, kMore, fields);
}

}  // namespace argosy::retrieval
