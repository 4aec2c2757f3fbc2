#include "retrieval/index/analyzer.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "retrieval/index/words.h"

namespace argosy::retrieval {

namespace {

// In order, for a binary search.
constexpr std::array<std::string_view, 33> kStopWords = {
    "a",   "an",    "and",  "are",   "as",    "at",   "be",   "but", "by",  "for",  "if",
    "in",  "into",  "is",   "it",    "no",    "not",  "of",   "on",  "or",  "such", "that",
    "the", "their", "then", "there", "these", "they", "this", "to",  "was", "will", "with"};

// "dog's" and "dog’s" are "dog".
void RemovePossessive(std::string& word) {
    for (const std::string_view end : {"'s", "\xE2\x80\x99s", "\xEF\xBC\x87s"}) {
        if (word.ends_with(end)) return word.resize(word.size() - end.size());
    }
}

}  // namespace

struct Analyzer::Stemmer {
    sb_stemmer* handle = sb_stemmer_new("porter", "UTF_8");
    Stemmer() { ARGOSY_CHECK(handle != nullptr); }
    Stemmer(const Stemmer&) = delete;
    Stemmer& operator=(const Stemmer&) = delete;
    ~Stemmer() { sb_stemmer_delete(handle); }
};

bool IsEnglishStopWord(std::string_view word) {
    return std::ranges::binary_search(kStopWords, word);
}

Analyzer::Analyzer(Language language)
    : stemmer_(language == Language::kEnglish ? std::make_unique<Stemmer>() : nullptr) {}
Analyzer::~Analyzer() = default;
Analyzer::Analyzer(Analyzer&&) noexcept = default;
Analyzer& Analyzer::operator=(Analyzer&&) noexcept = default;

std::string Analyzer::Stem(const std::string& word) const {
    if (!stemmer_) return word;
    const auto* stem =
        sb_stemmer_stem(stemmer_->handle, reinterpret_cast<const sb_symbol*>(word.data()),
                        static_cast<int>(word.size()));
    ARGOSY_CHECK(stem != nullptr);  // null only where memory ran out
    return {reinterpret_cast<const char*>(stem),
            static_cast<size_t>(sb_stemmer_length(stemmer_->handle))};
}

std::vector<std::string> Analyzer::Terms(std::string_view text) const {
    std::vector<std::string> terms;
    ForEachWord(text, [&](std::string&& word) {
        if (!stemmer_) return terms.push_back(std::move(word));
        RemovePossessive(word);
        if (word.empty() || IsEnglishStopWord(word)) return;
        terms.push_back(Stem(word));
    });
    return terms;
}

}  // namespace argosy::retrieval
