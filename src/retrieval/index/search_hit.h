// What each index gives: places in order of their score.
#pragma once

#include <vector>

#include "retrieval/index/slot_set.h"

namespace argosy::retrieval {

struct SlotScore {
    Slot slot = 0;
    float score = 0;  // higher is better

    friend bool operator==(const SlotScore&, const SlotScore&) = default;
};

/// Better first; of equal ones the older (a lower slot), so that answers do not vary.
inline bool IsBetter(const SlotScore& a, const SlotScore& b) {
    return a.score != b.score ? a.score > b.score : a.slot < b.slot;
}

}  // namespace argosy::retrieval
