#include "retrieval/index/question_words.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "retrieval/index/words.h"

namespace argosy::retrieval {

namespace {

constexpr std::array<std::string_view, 3> kSigns = {"$", "\xE2\x82\xAC", "\xC2\xA3"};

std::optional<double> NumberOf(std::string text) {
    std::erase(text, ',');
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!(text[0] >= '0' && text[0] <= '9')) return std::nullopt;  // "inf", "nan"
    return value;
}

// What stands between two words decides how they belong together.
void ReadGap(std::string_view gap, QuestionWord& word) {
    for (const std::string_view sign : kSigns) {
        if (!gap.ends_with(sign)) continue;
        word.has_sign = true;
        word.begin -= sign.size();
        gap.remove_suffix(sign.size());
    }
    const bool dash = gap.find('-') != gap.npos || gap.find("\xE2\x80\x93") != gap.npos;
    word.dash_before = dash;
    word.clause_before = gap.find_first_of(",.;:!?()\n") != gap.npos;
}

}  // namespace

std::vector<QuestionWord> ReadQuestion(std::string_view question, const Analyzer& analyzer) {
    std::vector<QuestionWord> words;
    ForEachWordAt(question, [&](std::string&& text, size_t begin, size_t end) {
        const size_t last = words.empty() ? 0 : words.back().end;
        QuestionWord word{.text = std::move(text), .begin = begin, .end = end};
        word.number = NumberOf(word.text);
        word.stem = analyzer.Stem(word.text);
        ReadGap(question.substr(last, begin - last), word);
        words.push_back(std::move(word));
    });
    return words;
}

std::optional<Quantity> UnitOf(std::string_view word) {
    constexpr std::array<std::string_view, 11> kMoney = {"dollar", "dollars", "usd",   "buck",
                                                         "bucks",  "euro",    "euros", "eur",
                                                         "pound",  "pounds",  "gbp"};
    if (std::ranges::find(kMoney, word) != kMoney.end()) return Quantity::kMoney;
    if (word == "star" || word == "stars") return Quantity::kStars;
    return std::nullopt;
}

}  // namespace argosy::retrieval
