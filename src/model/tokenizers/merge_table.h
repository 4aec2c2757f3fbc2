// (left token, right token) -> rank and result: the merges of a BPE vocabulary in an open hash
// table.
#pragma once

#include <cstdint>
#include <vector>

#include "model/tokenizers/bpe_merge.h"
#include "model/tokenizers/string_ids.h"

namespace argosy::tokenizers {

class MergeTable {
  public:
    void Reserve(size_t count);
    /// A later rank for the same pair replaces the earlier one, as Hugging Face's map does.
    void Add(TokenId left, TokenId right, Merge merge);

    Merge Find(TokenId left, TokenId right) const {
        if (slots_.empty()) return {};
        const uint64_t key = Key(left, right);
        for (size_t at = Hash(key);; ++at) {
            const Slot& slot = slots_[at & mask_];
            if (slot.key == key) return slot.merge;
            if (slot.key == kEmpty) return {};
        }
    }

  private:
    static constexpr uint64_t kEmpty = UINT64_MAX;
    struct Slot {
        uint64_t key = kEmpty;
        Merge merge;
    };
    static uint64_t Key(TokenId left, TokenId right) {
        return (uint64_t{static_cast<uint32_t>(left)} << 32) | static_cast<uint32_t>(right);
    }
    size_t Hash(uint64_t key) const {
        uint64_t hash = (key ^ seed_) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
        return (hash * 0xd6e8feb86659fd93u) >> 24;
    }

    uint64_t seed_ = HashSeed();
    size_t mask_ = 0;
    size_t used_ = 0;
    std::vector<Slot> slots_;
};

}  // namespace argosy::tokenizers
