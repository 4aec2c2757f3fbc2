#include "assistant/chain/standalone.h"

#include <algorithm>
#include <array>
#include <optional>

#include "assistant/chain/words.h"

namespace argosy::assistant {

namespace {

using Words = std::vector<Word>;

template <size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N>& list) {
    return std::ranges::find(list, word) != list.end();
}

constexpr auto kPronouns = std::to_array<std::string_view>(
    {"it", "its", "they", "them", "their", "those", "it's", "these", "he"});
constexpr auto kComparatives = std::to_array<std::string_view>(
    {"cheaper", "lighter", "heavier", "smaller", "larger", "bigger", "better", "warmer", "longer",
     "shorter", "dearer", "less", "another", "else", "similar", "alternatives"});
// Words of a question about a comparative that name no thing of their own.
constexpr auto kEmptyWords = std::to_array<std::string_view>(
    {"is",        "there",   "a",    "an",  "the",    "do",    "you",    "have",     "anything",
     "something", "one",     "ones", "any", "got",    "for",   "are",    "show",     "me",
     "that",      "too",     "much", "and", "or",     "in",    "please", "but",      "what",
     "about",     "how",     "some", "can", "i",      "get",   "other",  "products", "of",
     "hello",     "options", "hi",   "hey", "thanks", "thank", "oh",     "no"});
// What a change to the question before begins with.
constexpr auto kChangeStarts = std::to_array<std::string_view>(
    {"in", "with", "without", "under", "below", "over", "above", "for", "from", "made", "less",
     "more", "up", "not", "only", "between"});
constexpr auto kConnectors = std::to_array<std::string_view>({"and", "or", "but", "ok"});
constexpr auto kVerbs = std::to_array<std::string_view>(
    {"is",   "are",  "do",   "does", "have", "has",  "can",   "could", "show",  "find", "need",
     "want", "tell", "give", "buy",  "sell", "cost", "costs", "i'm",   "which", "who",  "where"});
constexpr auto kPriceStarts =
    std::to_array<std::string_view>({"under", "below", "over", "above", "less", "up"});

std::string Trimmed(std::string_view text) {
    const auto useless = [](char c) {
        return c == ' ' || c == '?' || c == '.' || c == '!' || c == ',' || c == '\n';
    };
    while (!text.empty() && useless(text.back())) text.remove_suffix(1);
    while (!text.empty() && useless(text.front())) text.remove_prefix(1);
    return std::string(text);
}

std::string LastUserQuestion(std::span<const StoredMessage> history) {
    for (size_t i = history.size(); i-- > 0;) {
        if (history[i].role != "user") continue;
        const json::value* meant = history[i].extra.if_contains("standalone");
        if (meant != nullptr && meant->is_string()) return std::string(meant->as_string());
        return history[i].content;
    }
    return {};
}

// "and", "or", "but", "what about", "how about" at the front are left out.
struct Opening {
    size_t words = 0;
    bool about = false;
    bool connector = false;
};
Opening ReadOpening(const Words& words) {
    Opening opening;
    while (opening.words < words.size()) {
        const std::string& word = words[opening.words].text;
        const bool asks = (word == "what" || word == "how") && opening.words + 1 < words.size() &&
                          words[opening.words + 1].text == "about";
        if (asks) {
            opening.about = true;
            opening.words += 2;
        } else if (IsOneOf(word, kConnectors)) {
            opening.connector = true;
            opening.words += 1;
        } else {
            break;
        }
    }
    return opening;
}

bool IsNumber(std::string_view word) {
    if (word.starts_with('$')) word.remove_prefix(1);
    return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// Without what the change replaces: "under 80 dollars" where another price comes, "in green" where
// another colour does.
std::string WithoutReplaced(const std::string& base, const Words& change) {
    if (change.empty()) return base;
    const std::string& first = change.front().text;
    const bool price = IsOneOf(first, kPriceStarts);
    const Words words = SplitWords(base);
    for (size_t i = 0; i < words.size(); ++i) {
        size_t last = i;
        if (price && IsOneOf(words[i].text, kPriceStarts)) {
            while (last + 1 < words.size() && last < i + 2 && !IsNumber(words[last].text)) ++last;
            if (!IsNumber(words[last].text)) continue;
            const bool unit = last + 1 < words.size() &&
                              (words[last + 1].text == "dollars" || words[last + 1].text == "usd");
            if (unit) ++last;
        } else if (first == "in" && words[i].text == "in" && change.size() == 2 &&
                   i + 1 < words.size()) {
            last = i + 1;
        } else {
            continue;
        }
        return Trimmed(base.substr(0, words[i].begin)) + base.substr(words[last].end);
    }
    return base;
}

std::optional<Standalone> Fragment(std::string_view question, const Words& words,
                                   std::span<const StoredMessage> history) {
    const Opening opening = ReadOpening(words);
    if (opening.words >= words.size()) return std::nullopt;
    const Words change(words.begin() + static_cast<ptrdiff_t>(opening.words), words.end());
    const bool has_verb =
        std::ranges::any_of(change, [](const Word& word) { return IsOneOf(word.text, kVerbs); });
    const bool changes = IsOneOf(change.front().text, kChangeStarts);
    const bool some_one = change.back().text == "one" || change.back().text == "ones";
    // "what about tents?" names another thing; "and blue?" a property of the same.
    const bool property = opening.connector && !opening.about && change.size() <= 3;
    if (has_verb || change.size() > 8 || !(changes || some_one || property)) return std::nullopt;
    const std::string base = Trimmed(LastUserQuestion(history));
    if (base.empty()) return std::nullopt;
    const std::string added = Trimmed(question.substr(change.front().begin));
    const char* glue = changes ? " " : ", ";
    return Standalone{Trimmed(WithoutReplaced(base, change)) + glue + added, FollowUp::kFragment};
}

std::optional<Standalone> Comparative(std::string_view question, const Words& words,
                                      std::span<const StoredMessage> history) {
    bool compares = false;
    for (const Word& word : words) {
        if (IsOneOf(word.text, kComparatives)) {
            compares = true;
        } else if (!IsOneOf(word.text, kEmptyWords)) {
            return std::nullopt;
        }
    }
    if (!compares) return std::nullopt;
    const std::string base = Trimmed(LastUserQuestion(history));
    const auto subjects = LastSubjects(history);
    std::string out = base + ", " + Trimmed(question);
    if (!subjects.empty()) out += " than the " + subjects.front();
    return Standalone{std::move(out), FollowUp::kComparative};
}

// Where a pronoun of the question stands: its bytes, and which subject it means.
struct Pronoun {
    size_t begin = 0, end = 0, subject = 0;
    bool owner = false;
};
std::optional<Pronoun> FindPronoun(const Words& words) {
    for (size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i].text;
        const bool before = i > 0 && i + 1 < words.size() && words[i + 1].text == "one";
        const size_t from = i > 0 && words[i - 1].text == "the" ? i - 1 : i;
        if (word == "first" && before) return Pronoun{words[from].begin, words[i + 1].end, 0};
        if (word == "second" && before) return Pronoun{words[from].begin, words[i + 1].end, 1};
        const bool pointing = (word == "that" || word == "this") && i + 1 < words.size() &&
                              words[i + 1].text == "one";
        if (pointing) return Pronoun{words[i].begin, words[i + 1].end, 0};
        if (!IsOneOf(word, kPronouns)) continue;
        const bool is = word == "it's";
        return Pronoun{words[i].begin, words[i].end - (is ? 2 : 0), 0,
                       word == "its" || word == "their"};
    }
    return std::nullopt;
}

std::optional<Standalone> WithPronoun(std::string_view question, const Words& words,
                                      std::span<const StoredMessage> history) {
    const auto pronoun = FindPronoun(words);
    if (!pronoun) return std::nullopt;
    const auto subjects = LastSubjects(history);
    const size_t opening = ReadOpening(words).words;
    const size_t from = opening < words.size() ? words[opening].begin : 0;
    std::string before =
        pronoun->begin >= from ? std::string(question.substr(from, pronoun->begin - from)) : "";
    if (pronoun->subject < subjects.size()) {
        const std::string named =
            "the " + subjects[pronoun->subject] + (pronoun->owner ? "'s" : "");
        return Standalone{before + named + std::string(question.substr(pronoun->end)),
                          FollowUp::kPronoun};
    }
    // Nothing was cited: the question before says best what is meant.
    const std::string base = Trimmed(LastUserQuestion(history));
    if (base.empty()) return std::nullopt;
    return Standalone{base + ", " + Trimmed(question), FollowUp::kPronoun};
}

}  // namespace

std::string_view ToString(FollowUp kind) {
    switch (kind) {
        case FollowUp::kNone:
            return "none";
        case FollowUp::kPronoun:
            return "pronoun";
        case FollowUp::kComparative:
            return "comparative";
        case FollowUp::kFragment:
            return "fragment";
        case FollowUp::kRewritten:
            return "rewritten";
    }
    return "none";
}

Standalone ResolveQuestion(std::string_view question, std::span<const StoredMessage> history) {
    const Words words = SplitWords(question);
    if (!history.empty() && !words.empty()) {
        if (auto found = Comparative(question, words, history)) return *found;
        if (auto found = WithPronoun(question, words, history)) return *found;
        if (auto found = Fragment(question, words, history)) return *found;
    }
    return {std::string(question), FollowUp::kNone};
}

}  // namespace argosy::assistant
