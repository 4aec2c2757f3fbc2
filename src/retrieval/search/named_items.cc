#include "retrieval/search/named_items.h"

#include <algorithm>

#include "retrieval/index/words.h"

namespace argosy::retrieval {

namespace {

struct PlacedWord {
    std::string text;
    size_t begin, end;
};

std::vector<PlacedWord> PlacedWords(std::string_view text) {
    std::vector<PlacedWord> words;
    ForEachWordAt(text, [&words](std::string&& word, size_t begin, size_t end) {
        // "the Parka's price" names the Parka.
        if (word.ends_with("'s") || word.ends_with("’s")) {
            const size_t cut = word.ends_with("'s") ? 2 : 4;
            word.resize(word.size() - cut);
            end -= cut;
        }
        words.push_back({std::move(word), begin, end});
    });
    return words;
}

bool StandsAt(std::span<const PlacedWord> question, size_t at, std::span<const PlacedWord> title) {
    if (at + title.size() > question.size()) return false;
    for (size_t i = 0; i < title.size(); ++i) {
        if (question[at + i].text != title[i].text) return false;
    }
    return true;
}

bool Overlap(const NamedItem& a, const NamedItem& b) { return a.begin < b.end && b.begin < a.end; }

}  // namespace

std::string_view TitleOf(const Chunk& chunk) {
    const json::value* title = chunk.metadata.if_contains("title");
    const json::string* text = title == nullptr ? nullptr : title->if_string();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::vector<NamedItem> FindNamedItems(std::string_view question, std::span<const SearchHit> hits) {
    const auto words = PlacedWords(question);
    std::vector<NamedItem> found;
    std::vector<std::string_view> documents;
    for (size_t hit = 0; hit < hits.size(); ++hit) {
        const auto title = PlacedWords(TitleOf(hits[hit].chunk));
        if (title.size() < 2) continue;
        const std::string& document = hits[hit].chunk.document_id;
        if (std::ranges::find(documents, document) != documents.end()) continue;
        for (size_t at = 0; at < words.size(); ++at) {
            if (!StandsAt(words, at, title)) continue;
            found.push_back({hit, words[at].begin, words[at + title.size() - 1].end});
            documents.emplace_back(document);
            break;
        }
    }
    std::ranges::sort(found, [](const NamedItem& a, const NamedItem& b) {
        const size_t mine = a.end - a.begin, theirs = b.end - b.begin;
        return mine != theirs ? mine > theirs : a.hit < b.hit;
    });
    std::vector<NamedItem> kept;
    for (const NamedItem& item : found) {
        const auto covered = [&item](const NamedItem& longer) {
            const bool same = longer.begin == item.begin && longer.end == item.end;
            return !same && Overlap(longer, item);  // two things of one title are both meant
        };
        if (std::ranges::none_of(kept, covered)) kept.push_back(item);
    }
    std::ranges::sort(kept, {},
                      [](const NamedItem& item) { return std::pair(item.begin, item.hit); });
    return kept;
}

std::string WithoutNames(std::string_view question, std::span<const NamedItem> items) {
    std::string rest;
    size_t from = 0;
    for (const NamedItem& item : items) {
        if (item.begin < from) continue;
        rest.append(question.substr(from, item.begin - from));
        from = item.end;
    }
    return rest.append(question.substr(from));
}

}  // namespace argosy::retrieval
