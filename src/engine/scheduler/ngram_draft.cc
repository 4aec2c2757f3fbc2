#include "engine/scheduler/ngram_draft.h"

#include <algorithm>
#include <bit>

namespace argosy {
namespace {

constexpr int kMostTried = 16;   // earlier places looked at
constexpr size_t kLongest = 16;  // tokens of a match that count

}  // namespace

void NgramDraft::Propose(std::span<const TokenId> tokens, int32_t count,
                         std::vector<TokenId>& draft) {
    Extend(tokens);
    if (tokens.size() < 3 || count <= 0) return;
    const size_t end = tokens.size() - 1;
    size_t best_length = 1;
    size_t best = 0;
    int tried = 0;
    for (int32_t at = previous_[end]; at > 0 && tried < kMostTried; at = previous_[at], ++tried) {
        size_t length = 0;
        auto place = static_cast<size_t>(at);
        while (length < kLongest && length <= place &&
               tokens[place - length] == tokens[end - length]) {
            ++length;
        }
        if (length > best_length) {
            best_length = length;
            best = place;
        }
    }
    if (best_length < 2) return;
    // A match nearer than `count` goes on into the draft itself: text that repeats in a cycle.
    const size_t first = draft.size();
    for (size_t from = best + 1; from < best + 1 + static_cast<size_t>(count); ++from) {
        draft.push_back(from <= end ? tokens[from] : draft[first + from - tokens.size()]);
    }
}

void NgramDraft::Extend(std::span<const TokenId> tokens) {
    if (heads_.size() < tokens.size()) {
        heads_.assign(std::bit_ceil(tokens.size() * 2), -1);
        previous_.clear();
    }
    for (size_t i = previous_.size(); i < tokens.size(); ++i) {
        if (i == 0) {
            previous_.push_back(-1);
            continue;
        }
        int32_t& head = heads_[SlotOf(tokens[i - 1], tokens[i])];
        previous_.push_back(head);
        head = static_cast<int32_t>(i);
    }
}

size_t NgramDraft::SlotOf(TokenId a, TokenId b) const {
    uint64_t key = (uint64_t{static_cast<uint32_t>(a)} << 32) | static_cast<uint32_t>(b);
    return (key * 0x9E3779B97F4A7C15ULL >> 32) & (heads_.size() - 1);
}

}  // namespace argosy
