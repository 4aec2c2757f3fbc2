// From text to the terms that lexical search counts, as Lucene's EnglishAnalyzer makes them (which
// Anserini uses): words, without "'s", without stop words, stemmed by Porter's algorithm.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace argosy::retrieval {

enum class Language {
    kEnglish,  // possessives, Lucene's 33 stop words, Porter's stemmer (1980)
    kNone,     // lower-cased words as they are
};

/// Not thread-safe (a stemmer has a buffer): one for each thread.
class Analyzer {
  public:
    explicit Analyzer(Language language);
    ~Analyzer();
    Analyzer(Analyzer&&) noexcept;
    Analyzer& operator=(Analyzer&&) noexcept;

    /// The terms of UTF-8 text in their order, with repetitions.
    std::vector<std::string> Terms(std::string_view text) const;
    /// One lower-cased word stemmed, whether it is a stop word or not.
    std::string Stem(const std::string& word) const;

  private:
    struct Stemmer;
    std::unique_ptr<Stemmer> stemmer_;  // null: no language
};

/// One of Lucene's English stop words.
bool IsEnglishStopWord(std::string_view word);

}  // namespace argosy::retrieval
