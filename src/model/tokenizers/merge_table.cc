#include "model/tokenizers/merge_table.h"

#include <bit>
#include <utility>

namespace argosy::tokenizers {

void MergeTable::Reserve(size_t count) {
    const size_t wanted = std::bit_ceil(count * 3 / 2 + 16);
    if (wanted <= slots_.size()) return;
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(wanted));
    mask_ = wanted - 1;
    for (const Slot& slot : old) {
        if (slot.key == kEmpty) continue;
        size_t at = Hash(slot.key) & mask_;
        while (slots_[at].key != kEmpty) at = (at + 1) & mask_;
        slots_[at] = slot;
    }
}

void MergeTable::Add(TokenId left, TokenId right, Merge merge) {
    Reserve(used_ + 1);
    const uint64_t key = Key(left, right);
    size_t at = Hash(key) & mask_;
    while (slots_[at].key != kEmpty && slots_[at].key != key) at = (at + 1) & mask_;
    if (slots_[at].key == kEmpty) ++used_;
    slots_[at] = {key, merge};
}

}  // namespace argosy::tokenizers
