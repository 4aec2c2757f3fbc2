// What reads a question and a piece together and says how well the piece answers: a cross-encoder
// of our own engine, or a server's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace argosy::retrieval {

/// Thread-safe.
class Reranker {
  public:
    virtual ~Reranker() = default;

    /// One score for each text, in their order; higher answers better. Blocks; call it from a
    /// thread that may wait. Errors: the model's or the server's.
    virtual Result<std::vector<float>> Score(const std::string& question,
                                             std::span<const std::string> texts) const = 0;
};

}  // namespace argosy::retrieval
