#include "retrieval/index/lexical_index.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace argosy::retrieval {

void LexicalIndex::Add(Slot slot, std::string_view text) {
    const auto words = analyzer_.Terms(text);
    lengths_.resize(slot + size_t{1});
    slot_terms_.resize(slot + size_t{1});
    lengths_[slot] = static_cast<uint32_t>(words.size());
    for (const std::string& word : words) {
        const auto [found, is_new] = ids_.try_emplace(word, static_cast<TermId>(terms_.size()));
        if (is_new) terms_.emplace_back();
        Term& term = terms_[found->second];
        if (!term.postings.empty() && term.postings.back().slot == slot) {
            ++term.postings.back().count;
            continue;
        }
        term.postings.push_back({slot, 1});
        ++term.documents;
        slot_terms_[slot].push_back(found->second);
    }
    slot_terms_[slot].shrink_to_fit();
    has_.Resize(slot + size_t{1}, false);
    has_.Add(slot);
    ++documents_;
    total_length_ += words.size();
}

void LexicalIndex::Remove(Slot slot) {
    if (!has_.Has(slot)) return;
    has_.Remove(slot);
    for (const TermId id : slot_terms_[slot]) {
        Term& term = terms_[id];
        const auto posting = std::ranges::lower_bound(term.postings, slot, {}, &Posting::slot);
        posting->count = 0;
        --term.documents;
        if (term.postings.size() > 2 * size_t{term.documents} + 16) {
            std::erase_if(term.postings, [](const Posting& p) { return p.count == 0; });
        }
    }
    --documents_;
    total_length_ -= lengths_[slot];
    lengths_[slot] = 0;
    slot_terms_[slot] = {};
}

void LexicalIndex::AddScores(const Term& term, uint32_t repeats, const SlotSet* allowed,
                             std::vector<float>& scores, std::vector<Slot>& touched) const {
    const auto all = static_cast<double>(documents_);
    const double with = term.documents;
    const double weight = repeats * std::log(1.0 + (all - with + 0.5) / (with + 0.5));
    const double average = std::max(1e-9, static_cast<double>(total_length_) / all);
    const double base = options_.k1 * (1 - options_.b);
    const double per_term = options_.k1 * options_.b / average;
    for (const Posting& posting : term.postings) {
        if (posting.count == 0 || (allowed != nullptr && !allowed->Has(posting.slot))) continue;
        const double count = posting.count;
        if (scores[posting.slot] == 0) touched.push_back(posting.slot);
        scores[posting.slot] +=
            static_cast<float>(weight * count / (count + base + per_term * lengths_[posting.slot]));
    }
}

std::vector<SlotScore> LexicalIndex::Search(std::string_view question, size_t limit,
                                            const SlotSet* allowed) const {
    std::map<std::string, uint32_t> asked;
    for (std::string& term : Analyzer(options_.language).Terms(question)) ++asked[std::move(term)];
    std::vector<float> scores(lengths_.size());
    std::vector<Slot> touched;
    for (const auto& [word, repeats] : asked) {
        const auto found = ids_.find(word);
        if (found == ids_.end() || terms_[found->second].documents == 0) continue;
        AddScores(terms_[found->second], repeats, allowed, scores, touched);
    }
    std::vector<SlotScore> hits;
    hits.reserve(touched.size());
    for (const Slot slot : touched) hits.push_back({slot, scores[slot]});
    const size_t wanted = std::min(limit, hits.size());
    std::ranges::partial_sort(hits, hits.begin() + static_cast<ptrdiff_t>(wanted), IsBetter);
    hits.resize(wanted);
    return hits;
}

}  // namespace argosy::retrieval
