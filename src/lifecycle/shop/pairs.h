// Questions and product texts for an embedder to learn from: what fits, and what only looks as if.
#pragma once

#include <vector>

#include "base/json.h"
#include "lifecycle/shop/random.h"
#include "lifecycle/shop/stall.h"

namespace argosy::lifecycle::shop {

/// {"query": ..., "positive": product text, "negatives": [texts]}. The negatives are of the same
/// kind but miss something that was asked for, or share the positive's words.
json::object MakePair(Random& random, const Stall& stall);

}  // namespace argosy::lifecycle::shop
