// What turns text into vectors: our own engine's embedding models, or a server's.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace argosy::retrieval {

/// Many models read a question with another prefix than a passage.
enum class TextRole { kQuery, kPassage };

/// Thread-safe.
class Embedder {
  public:
    virtual ~Embedder() = default;

    virtual size_t dimensions() const = 0;
    /// One unit vector of dimensions() floats for each text, in their order. Blocks; call it from a
    /// thread that may wait. Errors: the model's or the server's.
    virtual Result<std::vector<std::vector<float>>> Embed(std::span<const std::string> texts,
                                                          TextRole role) const = 0;
};

}  // namespace argosy::retrieval
