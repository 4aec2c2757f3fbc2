// A set of slots (places of pieces in an index), one bit for each: what filters give and searches
// take.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace argosy::retrieval {

/// The place of one piece in its collection's indexes: 0, 1, 2, … in the order of arrival.
using Slot = uint32_t;

class SlotSet {
  public:
    SlotSet() = default;
    /// Over the slots [0, size), all of them in the set or none.
    explicit SlotSet(size_t size, bool full = false)
        : size_(size), words_((size + 63) / 64, full ? ~uint64_t{0} : 0) {
        ClearTail();
    }

    size_t size() const { return size_; }
    bool Has(Slot slot) const {
        return slot < size_ && ((words_[slot / 64] >> (slot % 64)) & 1) != 0;
    }
    void Add(Slot slot) { words_[slot / 64] |= uint64_t{1} << (slot % 64); }
    void Remove(Slot slot) { words_[slot / 64] &= ~(uint64_t{1} << (slot % 64)); }

    /// New slots are in the set where `full`.
    void Resize(size_t size, bool full) {
        for (; size_ < size && size_ % 64 != 0; ++size_) {
            if (full) words_.back() |= uint64_t{1} << (size_ % 64);
        }
        if (size_ >= size) return;
        words_.resize((size + 63) / 64, full ? ~uint64_t{0} : 0);
        size_ = size;
        ClearTail();
    }

    size_t Count() const {
        size_t count = 0;
        for (const uint64_t word : words_) count += static_cast<size_t>(std::popcount(word));
        return count;
    }

    /// Both sets must be of one size.
    SlotSet& operator&=(const SlotSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
        return *this;
    }
    SlotSet& operator|=(const SlotSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
        return *this;
    }
    SlotSet& operator-=(const SlotSet& other) {
        for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
        return *this;
    }

    /// fn(slot) for each slot in the set, in rising order.
    template <typename Fn>
    void ForEach(const Fn& fn) const {
        for (size_t i = 0; i < words_.size(); ++i) {
            for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
                fn(static_cast<Slot>(i * 64 + static_cast<size_t>(std::countr_zero(word))));
            }
        }
    }

  private:
    void ClearTail() {
        if (size_ % 64 != 0) words_.back() &= (uint64_t{1} << (size_ % 64)) - 1;
    }

    size_t size_ = 0;
    std::vector<uint64_t> words_;
};

}  // namespace argosy::retrieval
