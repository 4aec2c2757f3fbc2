// Lexical search by BM25 as Lucene computes it (since version 8, without the constant k1 + 1), with
// exact lengths as Anserini's "accurate" mode has them:
//   idf(t) tf / (tf + k1 (1 - b + b length / average)),  idf(t) = ln(1 + (N - n + 0.5) / (n +
//   0.5)).
// Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009; Kamphuis et al., "Which
// BM25 Do You Mean?", ECIR 2020.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "retrieval/index/analyzer.h"
#include "retrieval/index/search_hit.h"

namespace argosy::retrieval {

struct Bm25 {
    double k1 = 0.9;  // Anserini's; Lucene's is 1.2
    double b = 0.4;   // Anserini's; Lucene's is 0.75
    Language language = Language::kEnglish;
};

/// Thread-compatible: many readers or one writer.
class LexicalIndex {
  public:
    explicit LexicalIndex(Bm25 options) : options_(options), analyzer_(options.language) {}

    /// Slots must come in rising order; those left out have no text.
    void Add(Slot slot, std::string_view text);
    /// Takes a text out: its slot is found no more, and it counts in no statistic.
    void Remove(Slot slot);

    size_t documents() const { return documents_; }

    /// The best `limit` slots with a term of the question, of those in `allowed` (null: all).
    std::vector<SlotScore> Search(std::string_view question, size_t limit,
                                  const SlotSet* allowed = nullptr) const;

  private:
    struct Posting {
        Slot slot;
        uint32_t count;  // 0: removed
    };
    struct Term {
        std::vector<Posting> postings;
        uint32_t documents = 0;  // without the removed ones
    };
    using TermId = uint32_t;

    void AddScores(const Term& term, uint32_t repeats, const SlotSet* allowed,
                   std::vector<float>& scores, std::vector<Slot>& touched) const;

    Bm25 options_;
    Analyzer analyzer_;  // the writer's
    std::unordered_map<std::string, TermId> ids_;
    std::vector<Term> terms_;
    std::vector<uint32_t> lengths_;                // terms of each slot
    std::vector<std::vector<TermId>> slot_terms_;  // what to take out with a slot
    SlotSet has_;                                  // slots with a text, empty ones too
    size_t documents_ = 0;
    uint64_t total_length_ = 0;
};

}  // namespace argosy::retrieval
