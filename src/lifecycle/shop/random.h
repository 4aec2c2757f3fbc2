// Random choices that are the same on every machine: whole numbers only, an own mapping to ranges.
// A stream for each thing that is made (a product, a question), so that more of one does not change
// another. Draw into named values before using two in one call: C++ leaves their order open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/split_mix.h"
#include "lifecycle/content_key.h"

namespace argosy::lifecycle::shop {

/// Thread-compatible.
class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed) {}
    /// The stream of the `index`th thing called `what`.
    Random(uint64_t seed, std::string_view what, uint64_t index)
        : state_(ContentKey(what, seed) + index * 0xd1342543de82ef95u) {
        Next();
    }

    uint64_t Next() { return SplitMix64(state_); }
    /// From 0 to n - 1, by the high half of a 64 x 32 bit product.
    size_t Below(size_t n) {
        ARGOSY_CHECK(n > 0 && n <= UINT32_MAX);
        return static_cast<size_t>(((Next() >> 32) * n) >> 32);
    }
    int Between(int low, int high) {
        const auto count = static_cast<size_t>(high) - static_cast<size_t>(low) + 1;
        return low + static_cast<int>(Below(count));
    }
    bool Chance(int percent) { return Between(1, 100) <= percent; }

    template <typename List>
    const auto& Pick(const List& list) {
        return list[Below(std::size(list))];
    }
    template <typename T>
    void Shuffle(std::vector<T>& list) {
        for (size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[Below(i)]);
    }

  private:
    uint64_t state_;
};

}  // namespace argosy::lifecycle::shop
