// What building and searching a graph share: which nodes a walk has seen.
#pragma once

#include <vector>

#include "retrieval/index/hnsw.h"

namespace argosy::retrieval {

/// One bit a node: small enough to stay in the first caches, and cleared in a moment.
struct Hnsw::Visited {
    std::vector<uint64_t> words;

    void Reset(size_t size) { words.assign((size + 63) / 64, 0); }
    /// Marks the node; false where it was marked already.
    bool Mark(Slot slot) {
        uint64_t& word = words[slot / 64];
        const uint64_t bit = uint64_t{1} << (slot % 64);
        if ((word & bit) != 0) return false;
        word |= bit;
        return true;
    }
};

}  // namespace argosy::retrieval
