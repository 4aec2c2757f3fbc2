// What a question calls by its title: "how heavy is the Alder Trail Parka?" asks about one thing,
// whatever else its words would find. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "retrieval/store/store.h"

namespace argosy::retrieval {

/// The title that a chunk carries in its metadata; empty where it has none.
std::string_view TitleOf(const Chunk& chunk);

struct NamedItem {
    size_t hit = 0;             // of the hits given
    size_t begin = 0, end = 0;  // bytes of the question: where its title stands
};

/// The hits whose whole title, of at least two words, stands in the question, in the question's
/// order. Of titles that overlap the longest counts; of the chunks of one document the first.
std::vector<NamedItem> FindNamedItems(std::string_view question, std::span<const SearchHit> hits);

/// The question with the named titles left out: what else it says.
std::string WithoutNames(std::string_view question, std::span<const NamedItem> items);

}  // namespace argosy::retrieval
