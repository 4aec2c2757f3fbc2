// What is trained on: token ids, with a mark on each token whose prediction counts.
#pragma once

#include <cstdint>
#include <vector>

#include "model/tokenizer.h"

namespace argosy::train {

struct Example {
    std::vector<TokenId> tokens;
    /// Parallel to `tokens`: not 0 where predicting the token from those before it counts. The
    /// first one is never predicted.
    std::vector<uint8_t> trained;
};

/// For contrastive training: the positive should be nearer to the query than any other positive of
/// a batch and any of its negatives (texts that are like the positive and yet wrong; may be none).
struct Pair {
    std::vector<TokenId> query, positive;
    std::vector<std::vector<TokenId>> negatives{};
};

}  // namespace argosy::train
